"""The compiled matcher against the rules, spelled out without any thought of speed."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings, strategies as st
from kernel_router.matcher import compiled
from kernel_router.paths import Part, Variable
from kernel_router.survey import Entry, survey

from kernel.errors import HTTPException
from kernel.layers import Route
from kernel.request import Request

PARTS = ["a", "b", "1", "<v{}>", "<v{}:int>", "<v{}:slug>", "<v{}:([ab1]+)>"]
ENDS = ["", "/<rest:path>", "/<rest:path>/a", "/<rest:path>/b/a"]
bodies = st.lists(st.sampled_from(PARTS), max_size=4).map(
    lambda parts: "".join(f"/{part.format(n)}" for n, part in enumerate(parts))
)
declared = st.tuples(bodies, st.sampled_from(ENDS), st.sampled_from(["GET", "POST", "HEAD"]), st.booleans())
asked = st.lists(st.sampled_from(["a", "b", "1", "-", "x.y", ""]), max_size=7).map(lambda parts: "/" + "/".join(parts))


async def handler(request: Any) -> Any: ...


def pattern(parts: Sequence[Part], segments: Sequence[str]) -> list[bool] | None:
    """Return for each segment whether a variable takes it, or None for no match."""
    if not parts:
        return None if segments else []
    first, rest = parts[0], parts[1:]
    if isinstance(first, Variable) and first.reaches:
        taken = len(segments) - len(rest)
        tail = pattern(rest, segments[taken:]) if taken > 0 else None
        return None if tail is None else [True] * taken + tail
    if not segments:
        return None
    fits = first == segments[0] if isinstance(first, str) else not first.accepts or first.accepts(segments[0])
    tail = pattern(rest, segments[1:])
    return None if tail is None or not fits else [isinstance(first, Variable), *tail]


def by_the_rules(entries: Sequence[Entry], path: str, method: str, secure: bool) -> tuple[Route | None, set[str]]:
    """Return the route due, and the methods that match."""
    segments = path.removesuffix("/").split("/")[1:]
    entries = [entry for entry in entries if secure or not entry.only_ssl]
    entries = [e for e in entries if e.only_ssl or not any(same(e, o) and o.only_ssl for o in entries)]
    heads = {entry.shape for entry in entries if entry.method == "HEAD"}
    offers = [(entry.method, entry) for entry in entries]
    offers += [("HEAD", entry) for entry in entries if entry.method == "GET" and entry.shape not in heads]
    found = [(offer, entry, pattern(entry.parts, segments)) for offer, entry in offers if "" not in segments]
    fitting = [(offer, entry, places) for offer, entry, places in found if places is not None]
    mine = [(places, entry.order, entry.route) for offer, entry, places in fitting if offer == method]
    return (min(mine, key=lambda row: row[:2])[2] if mine else None), {offer for offer, _, _ in fitting}


def same(one: Entry, other: Entry) -> bool:
    return (one.method, one.shape) == (other.method, other.shape)


@settings(max_examples=400, deadline=None)
@given(st.lists(declared, max_size=12), asked, st.sampled_from(["GET", "HEAD", "POST", "PUT"]), st.booleans())
def test_the_matcher_keeps_the_rules(
    rows: list[tuple[str, str, str, bool]], path: str, method: str, secure: bool
) -> None:
    unique: dict[Any, Route] = {}
    for body, end, verb, ssl in rows:
        route = Route(body + end, verb, handler, only_ssl=ssl)
        unique.setdefault((survey([(route, handler)])[0].shape, verb, ssl), route)
    entries = survey([(route, handler) for route in unique.values()])
    due, allowed = by_the_rules(entries, path, method, secure)
    scope = {"type": "http", "path": path, "method": method, "scheme": "https" if secure else "http"}
    request = Request(scope, None, None)  # type: ignore[arg-type]  # a matcher needs only the scope
    try:
        compiled(entries)(request)
    except HTTPException as refused:
        listed = refused.headers[0][1].decode().split(", ")
        assert due is None
        assert set(listed) == allowed | {"OPTIONS"}
    else:
        assert request.route is due
        assert due or not allowed

"""Compile all routes to one closure, `(request) -> handler`, the code every request runs.

1. A path without variables is one dict lookup.
2. Literals and one last variable: the text before the last slash is looked up, the rest is checked.
3. Everything else, and what (1) and (2) have under another method only, goes to the trie.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from kernel.errors import HTTPException
from kernel.layers import Handler, Route
from kernel.request import Request
from kernel.response import Response
from kernel_router.mount import below
from kernel_router.paths import Accepts, Variable
from kernel_router.survey import ANY, Answering, Entry
from kernel_router.trie import trie

Matcher = Callable[[Request], Handler | None]
Last = tuple[Accepts | None, str, Handler, Route]
SECURE = frozenset({"https", "wss"})
WEBSOCKET = "WEBSOCKET"
"""The method of websocket routes; they have tables of their own, since over HTTP anybody can send it."""


class Longest(NamedTuple):
    """How much of a path is looked at."""

    characters: int = 8192
    segments: int = 256


USUAL = Longest()


class Tables(NamedTuple):
    """The two fast ways: path -> method -> handler, and prefix -> method -> last variables."""

    static: dict[str, dict[str, tuple[Handler, Route]]]
    last: dict[str, dict[str, list[Last]]]


def compiled(entries: Iterable[Entry], longest: Longest = USUAL) -> Matcher:
    """Return the matcher of a project: one for HTTP and, if there are any, one for its websockets.

    It raises HTTPException(414) for a path that is longer than the *longest* (RFC 9110 §15.5.15) and no route as it is.
    """
    entries = list(entries)
    plain = by_security([entry for entry in entries if entry.method != WEBSOCKET], longest)
    if not any(entry.method == WEBSOCKET for entry in entries):
        return plain
    sockets = by_security([entry for entry in entries if entry.method in (WEBSOCKET, ANY)], longest)

    def choose(request: Request) -> Handler | None:
        return sockets(request) if request.scope["type"] == "websocket" else plain(request)

    return choose


def by_security(entries: Sequence[Entry], longest: Longest) -> Matcher:
    """Return the matcher of *entries*; routes with `only_ssl` do not exist for plain requests."""
    match = matcher(answering(entries, secure=True), longest)
    if not any(entry.only_ssl for entry in entries):
        return match
    plain = matcher(answering(entries, secure=False), longest)

    def choose(request: Request) -> Handler | None:
        return match(request) if request.scope.get("scheme") in SECURE else plain(request)

    return choose


def answering(entries: Iterable[Entry], secure: bool) -> list[Answering]:
    """Return (methods, entry): where both exist, only_ssl wins; GET answers HEAD (RFC 9110 §9.3.2)."""
    chosen: dict[tuple[str, tuple[str, ...]], Entry] = {}
    for entry in entries:
        key = entry.method, entry.shape
        if entry.only_ssl and not secure:
            continue
        if entry.only_ssl or key not in chosen:
            chosen[key] = entry
    for (method, shape), entry in list(chosen.items()):
        if method == "GET":
            chosen.setdefault(("HEAD", shape), entry)
    methods: dict[int, list[str]] = {entry.order: [] for entry in chosen.values()}
    for (method, _), entry in chosen.items():
        methods[entry.order].append(method)
    return [(methods[entry.order], entry) for entry in {entry.order: entry for entry in chosen.values()}.values()]


def tables(entries: Iterable[Answering]) -> Tables:
    """Sort the routes that the fast ways can serve into their tables."""
    found = Tables({}, {})
    for answered, entry in sorted(entries, key=lambda pair: pair[1].order):
        *first, last = entry.parts or ("",)
        if entry.method == ANY or any(isinstance(part, Variable) for part in first):
            continue
        prefix = "".join(f"/{part}" for part in first)
        if isinstance(last, str):
            path = f"{prefix}/{last}".removesuffix("/")
            methods = found.static.setdefault(path, {})
            found.static[f"{path}/"] = methods
            methods |= dict.fromkeys(answered, (entry.handler, entry.route))
        elif first:  # a first variable is left to the trie, which knows that a path begins with "/"
            choices = found.last.setdefault(prefix, {})
            for method in answered:
                choices.setdefault(method, []).append((last.accepts, last.name, entry.handler, entry.route))
    return found


def settled(entries: Iterable[Answering], most: int) -> int:
    """Return up to how many characters of a path the tables know all that the trie does, 0 if never.

    They do where no route needs the trie: no variable but a last one of one segment, no mount. A path of
    no more than *most* characters has no more segments either.
    """
    for _, entry in entries:
        *first, last = entry.parts or ("",)
        alone = isinstance(last, Variable) and (last.reaches or not first)
        if entry.method == ANY or alone or any(isinstance(part, Variable) for part in first):
            return 0
    return most


def matcher(entries: Iterable[Answering], longest: Longest) -> Matcher:
    """Return the closure for these routes."""
    entries = list(entries)
    known = tables(entries)
    static, last = known.static.get, known.last.get
    search, most = searching(entries, longest.segments), longest.characters
    known_to = settled(entries, longest.segments)

    def match(request: Request) -> Handler | None:
        scope = request.scope
        path, method = scope["path"], scope["method"]
        path = below(scope["root_path"], path) if scope.get("root_path") else path
        methods = static(path)
        if methods is not None:
            try:  # cheaper than to look first
                handler, request.route = methods[method]
            except KeyError:
                return search(request, path, method, methods)
            return handler
        if len(path) > most:
            raise HTTPException(414, f"the path has more than {most} characters")
        prefix, _, segment = path.rpartition("/")
        choices = last(prefix)
        if choices is None and segment and len(path) <= known_to:
            return None  # what most requests for nothing are
        if choices is not None and segment and method in choices:
            for accepts, name, handler, route in choices[method]:
                if accepts is None or accepts(segment):
                    request.route = route
                    if name:
                        request.url_vars = {name: segment}
                    return handler
        return search(request, path, method, methods)

    return match


def searching(
    entries: Iterable[Answering], most: int
) -> Callable[[Request, str, str, Iterable[str] | None], Handler | None]:
    """Return the slow way: the trie, then 405, OPTIONS or nothing."""
    root = trie(entries)
    find, firsts = root.find, root.literals
    anywhere = root.fork is not None or root.mount is not None

    def search(request: Request, path: str, method: str, methods: Iterable[str] | None) -> Handler | None:
        if len(path) > most and path.count("/") > most:
            raise HTTPException(414, f"the path has more than {most} segments")
        if methods is None and not anywhere and path[1:].partition("/")[0] not in firsts:
            return None
        if path and path[0] != "/":
            return None  # as "*" of OPTIONS, or from a broken server
        allowed = set(methods or ())
        found = find(path.removesuffix("/").split("/")[1:], method, allowed)
        if found:
            entry, variables = found
            request.route = entry.route
            if variables:
                request.url_vars = variables
            return entry.handler
        if not allowed:
            return None
        allow = ", ".join(sorted(allowed | {"OPTIONS"})).encode()
        if method != "OPTIONS":
            raise HTTPException(405, headers=[(b"allow", allow)])
        return options(allow)

    return search


def options(allow: bytes) -> Handler:
    """Return the handler that answers OPTIONS where no route does (RFC 9110 §9.3.7)."""

    async def answer(request: Request) -> Response:
        return Response(status=204, headers=[(b"allow", allow)])

    return answer

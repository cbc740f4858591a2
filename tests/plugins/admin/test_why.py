"""`kernel plugins why THING` and `kernel plugins explain NAME`: who brought what, from where, and why there."""

from pathlib import Path
from typing import Any

import pytest

FULL = """
from functools import partial
from dataclasses import dataclass
from typing import Annotated
import click
from kernel import App, Hooks, Layer, Plugin, hookimpl, hookspec
from kernel_errors import ErrorCode, ErrorList
from kernel_router import Mount, Routes

class Specs:
    @hookspec
    def kernel_words(self):
        \"\"\"Words.\"\"\"
    def helper(self): ...

@dataclass(frozen=True)
class Config:
    size: Annotated[int, "how many"] = 3

async def around(request, call_next):
    return await call_next(request)

class Full(Plugin):
    name = "full"
    specs = (Specs,)
    Config = Config
    @hookimpl
    def kernel_configure(self, kernel):
        key = "full.hidden"
        kernel.provide(key, 1)
    @hookimpl
    def kernel_layers(self):
        yield Layer("first", around=around, before=("second",), replaces="old")
        only = {"level": "route", "select": lambda route: route.path == "/b"}
        yield Layer("second", before_request=lambda request: None, **only)
        yield Layer("empty", level="group")
        yield Layer("made", before_request=partial(print))
    @hookimpl
    def kernel_commands(self, cli):
        return click.Command("bare", help="No callback."), click.Command("called", callback=lambda: None)

routes, hooks = Routes(), Hooks()

@hooks.event("startup")
def begin(): ...

@routes.get("/a")
async def one(request): return "a"

@routes.post("/b")
async def two(request): return "b"

class Three:
    async def __call__(self, request): return "c"

routes.get("/c", layers=[Layer("own", around=around)])(Three())
codes = ErrorList(ErrorCode(1100, "No such thing", 404))
async def old(scope, receive, send): ...
app = App(routes=[routes, Mount("/old", old)], hooks=[hooks], errors=codes, template_dirs=["t"])
other = App(name="other", template_dirs=["u"])
"""
CONFIG = """[apps]
active = full:Full, full:app, full:other
[full]
size = 4
[order]
layers = second, made
"""


@pytest.fixture
def full(make_project: Any) -> Path:
    root: Path = make_project(CONFIG, full=FULL)
    for folder, name in (("t", "page.html"), ("u", "page.html"), ("u", "only.html")):
        (root / folder).mkdir(exist_ok=True)
        (root / folder / name).write_text("x")
    return root


@pytest.mark.parametrize(
    ("thing", "said"),
    [
        ("layer:first", "layer 'first' comes from 'full' (full.py:20)"),
        ("first", "stands in the place of 'old'"),
        ("first", "around every request"),
        ("second", "around 1 of"),
        ("own", "around 1 of"),
        ("made", "no need to move it for [order] layers: after 'second'"),
        ("empty", "layer 'empty' comes from 'full' (full.py:31): level group"),
        ("GET /a", "route 'GET /a' comes from 'full:app' (full.py:47)"),
        ("/b", "before_request Full.kernel_layers.<locals>.<lambda> of 'full', at level route, active"),
        ("one", "route number 1: GET /a (full.py:47)"),
        ("any /old", "route '* /old' comes from"),
        ("/c", "full:Three"),
        ("1100", "error '1100' comes from 'full:app' (full.py:57): 404 No such thing"),
        ("1001", "error '1001' comes from 'errors' ("),
        ("full.hidden", "service 'full.hidden' comes from 'full' (full.py:29): int"),
        ("url_for", "service 'url_for' comes from 'router'"),
        ("rescue", "service 'rescue' comes from 'kernel'"),
        ("bare", "command 'bare' comes from 'full': No callback."),
        ("called", "command 'called' comes from 'full' (full.py:40)"),
        ("db", "plugin 'orm' from asgi-kernel"),
        ("full.size", "set in config.ini:4"),
        ("[full] size", "key 'full.size' comes from 'full' (full.py:18)"),
        ("limits.max_body_size", "not set: the default holds"),
        ("only.html", "template 'only.html' comes from 'other'"),
        ("page.html", "'other' has it too, known as 'other:page.html'"),
        ("page.html", "apps are searched in this order: full:app, other"),
        ("template:other:page.html", "template 'page.html' comes from 'other'"),
        ("kernel_words", "specification 'kernel_words' comes from 'full' (full.py:11): Words."),
        ("kernel_commands", "hook 'kernel_commands' is answered by"),
        ("cors", "'kernel plugins enable cors' switches it on"),
        ("plugin:phases", "requires 'events'"),
        ("plugin:static", "no need to move it for requires 'settings', requires 'responses'"),
        ("app:project", "app 'project' is active: what the project itself listens to\n"),
    ],
)
def test_why_tells_of_everything_a_project_is_made_of(full: Path, invoke: Any, thing: str, said: str) -> None:
    result = invoke("plugins", "why", thing)

    assert result.exit_code == 0
    assert said in result.output


def test_why_as_json_names_the_distribution_and_further_meanings(full: Path, invoke_json: Any) -> None:
    found = invoke_json("plugins", "why", "errors")

    assert (found["kind"], found["name"], found["state"]) == ("plugin", "errors", "active")
    assert [(one["kind"], one["owner"], one["distribution"]) for one in found["others"]] == [
        ("service", "errors", "asgi-kernel")
    ]


def test_an_unknown_thing_exits_1_with_the_nearest(full: Path, invoke: Any) -> None:
    result = invoke("plugins", "why", "layer:secnd")

    assert result.exit_code == 1
    assert "there is no layer 'secnd' here; did you mean 'second'?" in result.stderr


def test_a_kind_before_the_colon_leaves_out_the_others(full: Path, invoke: Any) -> None:
    assert "plugin 'errors'" not in invoke("plugins", "why", "service:errors").output.splitlines()[0]


def test_explain_lists_what_an_app_brings_with_its_places(full: Path, invoke: Any, invoke_json: Any) -> None:
    facts = invoke_json("plugins", "explain", "full:app")

    assert facts["routes"] == ["GET /a", "POST /b", "GET /c", "* /old"]
    assert (facts["errors"], facts["listeners"], facts["layers"]) == (["1100"], ["startup"], ["own"])
    assert facts["template_dirs"] == [str(full / "t")]
    assert facts["contributions"][0] == {
        "kind": "hook", "name": "kernel_hooks", "where": f"{full / 'full.py'}:59", "detail": ""
    }  # fmt: skip
    text = invoke("plugins", "explain", "full:app").output
    assert "listeners\n    startup  full.py:44  begin, number 1\n" in text


def test_explain_lists_commands_and_hooks_that_a_plugin_adds(full: Path, invoke_json: Any) -> None:
    facts = invoke_json("plugins", "explain", "full")

    assert facts["commands"] == ["bare", "called"]
    assert [one["name"] for one in facts["contributions"] if one["kind"] == "specification"] == ["kernel_words"]
    assert (facts["section"], facts["keys"]) == ("full", ["size"])


def test_a_project_without_any_standard_plugin_has_nothing_to_tell(make_project: Any, invoke: Any) -> None:
    make_project("[plugins]\nactive =\n")

    assert invoke("plugins", "explain", "project").exit_code == 0


def test_a_blocked_plugin_tells_its_reason(make_project: Any, invoke: Any) -> None:
    make_project("[plugins]\nblocked = debug<99: it tells too much\n")

    text = invoke("plugins", "why", "debug").output
    assert "is blocked: named in [plugins] blocked: it tells too much\n" in text
    assert "named in [plugins] blocked (" in text

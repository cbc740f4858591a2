"""The commands that look at a project: their rows, shapes and exit codes."""

import json
from pathlib import Path
from typing import Any

import pytest
from kernel_admin.check import summary

STEP = {"phase", "callable", "plugin", "level", "where", "async", "status"}


def test_check_finds_nothing(project: Path, invoke: Any) -> None:
    result = invoke("check")

    assert (result.exit_code, result.output) == (0, "no problems\n")


def test_check_exits_1_on_findings(make_project: Any, invoke: Any) -> None:
    make_project("[apps]\nactive = nowhere\n")
    result = invoke("check", "--json")

    assert result.exit_code == 1
    [problem] = json.loads(result.stdout)["problems"]
    assert set(problem) == {"id", "level", "message", "hint", "where", "tags"}


def test_check_exits_1_on_a_wrong_value_and_tells_the_line(make_project: Any, invoke: Any) -> None:
    make_project("[errors]\nformat = xml\n")
    result = invoke("check")

    assert result.exit_code == 1
    assert "config.ini:2" in result.stdout
    assert result.stdout.splitlines()[-1] == "1 error"


@pytest.mark.parametrize(
    ("found", "said"), [((0, 0), "no problems"), ((1, 2), "1 error, 2 warnings"), ((0, 1), "1 warning")]
)
def test_findings_are_counted_in_words_that_fit(found: tuple[int, int], said: str) -> None:
    assert summary(*found) == said


def test_check_exits_78_on_what_cannot_be_read(make_project: Any, invoke: Any) -> None:
    make_project("[errors\n")

    assert invoke("check").exit_code == 78


def test_check_deploy_asks_the_plugins_again(make_project: Any, invoke: Any) -> None:
    strict = """
from kernel import Plugin, Problem, hookimpl
class Strict(Plugin):
    name = "strict"
    @hookimpl
    def kernel_checks(self, deploy):
        return [Problem("strict.deploy", "error", "not fit")] if deploy else []
"""
    make_project("[apps]\nactive = strict:Strict", strict=strict)

    assert invoke("check").exit_code == 0
    assert invoke("check", "--deploy").exit_code == 1


def test_routes_have_a_row_for_each_method(project: Path, invoke_json: Any) -> None:
    rows = invoke_json("routes")

    assert [(row["method"], row["path"], row["handler"]) for row in rows] == [
        ("GET", "/hello/<name>", "shop:hello"),
        ("POST", "/echo", "shop:echo"),
    ]
    assert set(rows[0]) == {"method", "path", "name", "handler", "app", "where"}


def test_no_routes_are_said(make_project: Any, invoke: Any) -> None:
    make_project("")

    assert invoke("routes").output.startswith("no routes")


def test_explain_shows_the_steps_of_a_route(project: Path, invoke_json: Any, invoke: Any) -> None:
    found = invoke_json("explain", "GET", "/hello/Ada")

    assert {name: found[name] for name in ("method", "path", "route")} == {
        "method": "GET",
        "path": "/hello/Ada",
        "route": "/hello/<name>",
    }
    assert all(set(step) == STEP for step in found["steps"])
    assert [step["callable"] for step in found["steps"]][-3:] == ["inner", "hello", "render"]
    assert invoke("explain", "GET", "/hello/Ada").exit_code == 0


WRAPS = """
from functools import partial
from kernel import Layer, Plugin, hookimpl
from kernel_middlewares import Middleware

def outside(app, word=""):
    return app

class Outer(Plugin):
    name = "outer"
    @hookimpl
    def kernel_layers(self):
        return [
            Layer("first", asgi=partial(partial(outside, word="x"), word="y"), before=("networking", "nobody")),
            Layer("other", before_request=lambda request: None, replaces="gone", after=("first",)),
        ]

class Around(Middleware):
    def process_application(self, app):
        async def wrapped(scope, receive, send):
            await app(scope, receive, send)
        return wrapped

    async def process_request(self, request, call_next=None):
        return None
"""


@pytest.fixture
def wrapped(make_project: Any) -> None:
    config = "[apps]\nactive = shop:app, wraps:Outer\n[middlewares]\nactive = wraps.Around\n"
    make_project(f"{config}[order]\nlayers = networking, wraps.Around\n", wraps=WRAPS)


def test_explain_shows_what_wraps_the_application_first(wrapped: None, invoke_json: Any) -> None:
    steps = invoke_json("explain", "GET", "/hello/Ada")["steps"]

    assert all(set(step) == STEP for step in steps)
    assert [(step["phase"], step["callable"], step["plugin"], step["level"]) for step in steps[:2]] == [
        ("asgi", "outside", "outer", "application"),
        ("asgi", "Around.process_application", "middlewares", "application"),
    ]
    assert all("wraps.py:" in step["where"] for step in steps[:2])
    assert [step["level"] for step in steps[2:5]] == ["application"] * 3


def test_explain_numbers_the_steps_and_says_why_they_stand_there(wrapped: None, invoke: Any) -> None:
    lines = invoke("explain", "GET", "/nothing").stdout.splitlines()

    assert lines[1].split()[0] == "#"
    assert [line.split()[0] for line in lines[2:]] == [str(number) for number in range(1, len(lines) - 1)]
    assert lines[2].endswith("before 'networking'")
    assert any(line.endswith("after 'first'; replaces 'gone'") for line in lines)
    assert lines[3].endswith("after 'networking'; [order] layers: networking, wraps.Around")


def test_explain_of_an_unknown_path_shows_the_application_and_exits_1(project: Path, invoke: Any) -> None:
    result = invoke("explain", "GET", "/nothing", "--json")

    assert result.exit_code == 1
    assert {step["level"] for step in json.loads(result.stdout)["steps"]} == {"application"}
    assert json.loads(result.stdout)["route"] is None
    assert "404" in result.stderr


def test_explain_says_405_and_what_is_allowed(project: Path, invoke: Any) -> None:
    result = invoke("explain", "GET", "/echo")

    assert result.exit_code == 1
    assert "the answer is 405, allowed are OPTIONS, POST" in result.stdout


def test_explain_knows_what_the_router_answers_itself(project: Path, invoke: Any) -> None:
    result = invoke("explain", "OPTIONS", "/echo")

    assert result.exit_code == 0
    assert "the router itself answers" in result.stdout


def test_explain_without_any_step(make_project: Any, invoke: Any) -> None:
    make_project("[plugins]\nactive = settings, requests, responses, errors, router\n")

    assert "nothing on the way" in invoke("explain", "GET", "/").stdout


def test_request_answers_with_status_headers_and_body(project: Path, invoke: Any, invoke_json: Any) -> None:
    result = invoke("request", "GET", "/hello/Ada?x=1")

    assert result.exit_code == 0
    assert result.output.splitlines()[0] == "200 OK"
    assert result.output.splitlines()[-1] == "hello Ada"
    found = invoke_json("request", "post", "http://localhost/echo", "-d", "data", "-H", "X-One: 1")
    assert (found["status"], found["body"]) == (200, "data")


def test_request_exits_1_for_an_error(project: Path, invoke: Any) -> None:
    assert invoke("request", "GET", "/nothing").exit_code == 1
    assert invoke("request", "GET", "/hello/x", "-H", "Host: stranger.example").exit_code == 1


@pytest.mark.parametrize("words", [("GET", "nothing"), ("GET", "/", "-H", "nothing"), ("GET",)])
def test_request_refuses_what_is_no_request(project: Path, invoke: Any, words: tuple[str, ...]) -> None:
    assert invoke("request", *words).exit_code == 2


def test_a_given_length_stays(project: Path, invoke: Any) -> None:
    words = ("request", "POST", "/echo", "-d", "data", "-H", "content-length: 4")

    assert invoke(*words).exit_code == 0


def test_request_exits_3_when_the_start_fails(make_project: Any, invoke: Any) -> None:
    text = """
from kernel import App, Hooks
hooks = Hooks()
@hooks.event("startup")
def fail(): raise ValueError("no disk")
app = App(hooks=[hooks])
"""
    make_project("[apps]\nactive = bad:app", bad=text)
    result = invoke("request", "GET", "/")

    assert result.exit_code == 3
    assert "ValueError: no disk" in result.stderr


def test_the_version_with_everything(invoke: Any, invoke_json: Any) -> None:
    assert "click " in invoke("version", "--verbose").output
    assert set(invoke_json("version", "-v")) == {"name", "version", "python", "platform", "dependencies"}
    assert set(invoke_json("version")) == {"name", "version"}


def test_without_a_distribution_there_are_no_dependencies(monkeypatch: pytest.MonkeyPatch, invoke: Any) -> None:
    monkeypatch.setattr("kernel_admin.version.DISTRIBUTION", "no-such-distribution")

    assert invoke("version", "-v").output.startswith("no-such-distribution None\n")


def test_error_codes_are_listed_with_their_owner(make_project, invoke):
    coded = "from kernel import App\nfrom kernel_errors import ErrorCode, ErrorList\n"
    coded += "app = App(errors=ErrorList(ErrorCode(1100, 'No such thing', 404)))\n"
    make_project("[apps]\nactive = coded\n", coded=coded)
    rows = json.loads(invoke("errors", "list", "--json").stdout)
    assert rows[0]["code"] == 1000
    assert {**rows[-1], "where": ""} == {
        "code": 1100, "status": 404, "message": "No such thing", "owner": "coded", "where": "",
    }  # fmt: skip
    assert "coded.py:3" in invoke("errors", "list").stdout

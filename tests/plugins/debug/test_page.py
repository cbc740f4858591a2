"""What the page shows, and what it never does."""

import logging
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, strategies as st
from kernel_debug.page import Page
from kernel_debug.trace import chain, worded
from kernel_debug.veil import Veil, is_secret

pytestmark = pytest.mark.anyio
SCRIPT = "<script>alert('x')</script>"


class Silent(Exception):
    def __str__(self) -> str:
        raise RuntimeError


class Tags(HTMLParser):
    """Collects the names of tags."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.names.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def deep(depth: int) -> None:
    if depth:
        deep(depth - 1)
    raise KeyError(SCRIPT)


def caused() -> None:
    try:
        raise LookupError("first")
    except LookupError as error:
        raise OSError("second") from error


def meanwhile() -> None:
    try:
        raise LookupError("first")
    except LookupError:
        raise OSError("second")  # noqa: B904  # the chain is what is tested


def silenced() -> None:
    try:
        raise LookupError("first")
    except LookupError:
        raise OSError("second") from None


async def test_everything_is_escaped(asking: Any) -> None:
    error = ValueError(SCRIPT)
    error.add_note(SCRIPT)
    answer = await asking(error, f"/books/%3Cscript%3E?{SCRIPT}={SCRIPT}", [("x-a", SCRIPT), ("user-agent", SCRIPT)])
    assert b"<script" not in answer.body
    assert answer.body.count(b"&lt;script&gt;") >= 6


@given(st.text())
def test_no_message_becomes_markup(text: str) -> None:
    from pathlib import Path

    page = Page(Veil([]), lambda frame: "", Path("/nowhere"))
    usual = Tags(page.html(request_of(), ValueError("x"), "1")).names
    assert Tags(page.html(request_of(), ValueError(text), "1")).names == usual


def request_of() -> Any:
    from kernel import Request

    scope = {"method": "GET", "path": "/", "headers": [], "http_version": "1.1", "query_string": b""}
    return Request(scope, None, None)  # type: ignore[arg-type]  # never read


async def test_it_shows_request_route_owner_and_source(asking: Any) -> None:
    text = Tags((await asking(deep_once, "/books/7?lang=de", [("x-a", "b")])).text).text
    for part in ("GET /books/7?lang=de", "GET /books/<id>", "conftest.app_of.<locals>.fail", "<id>7", "x-ab"):
        assert part in text
    assert "plugin 'errors'" not in text
    assert "app 'shop'" in text
    assert "raise KeyError(SCRIPT)" in text


def deep_once() -> None:
    deep(0)


async def test_it_cannot_run_or_load_anything(asking: Any) -> None:
    answer = await asking(ValueError())
    assert answer.header("content-security-policy").startswith("default-src 'none'")
    assert answer.header("cache-control") == "no-store"
    assert Tags(answer.text).names.isdisjoint({"script", "img", "link", "iframe", "form"})


async def test_it_bears_the_id_of_the_log(asking: Any, caplog: pytest.LogCaptureFixture) -> None:
    answer = await asking(ValueError())
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert answer.header("x-error-id") == record.error_id  # type: ignore[attr-defined]  # set by the report
    assert f"id {answer.header('x-error-id')}" in answer.text


@pytest.mark.parametrize(
    ("raised", "relation"),
    [
        (caused, "the direct cause"),
        (meanwhile, "while this was being handled, the error above was raised"),
        (lambda: group(), "a member of the group"),
    ],
)
async def test_the_whole_chain_is_shown(asking: Any, raised: Any, relation: str) -> None:
    text = Tags((await asking(raised)).text).text
    assert relation in text
    assert "first" in text


def group() -> None:
    raise ExceptionGroup("both", [LookupError("first"), OSError("second")])


def test_a_chain_that_was_cut_is_not() -> None:
    assert len(list(chain(raised_by(silenced), lambda frame: ""))) == 1


def raised_by(function: Any) -> BaseException:
    try:
        function()
    except BaseException as error:
        return error
    raise AssertionError


def test_a_chain_in_a_circle_ends() -> None:
    first, second = ValueError("first"), ValueError("second")
    first.__cause__, second.__cause__ = second, first
    assert [one.message for one in chain(first, lambda frame: "")] == ["first", "second"]


async def test_a_long_traceback_is_shortened(asking: Any) -> None:
    def endless() -> None:
        endless()

    answer = await asking(endless)
    assert "more calls between these" in answer.text
    assert len(answer.body) < 200_000


async def test_a_message_that_cannot_be_shown_is_said_to_be_so(asking: Any) -> None:
    assert "(its message cannot be shown)" in (await asking(Silent())).text


async def test_a_program_gets_something_whatever_the_exception_does(
    asking: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kernel_debug import text

    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(text.TracebackException, "from_exception", broken)
    answer = await asking(ValueError(), accept={"accept": "application/json"})
    assert answer.json()["data"]["traceback"] == ["the traceback cannot be shown: RuntimeError"]


def test_a_long_message_is_shortened() -> None:
    assert worded(ValueError("x" * 5000)) == f"{'x' * 4000}… (5000 characters)"


async def test_code_without_source_says_so(asking: Any) -> None:
    space: dict[str, Any] = {}
    exec(compile("def fail():\n    raise ValueError", "nowhere.py", "exec"), space)
    assert "(its source cannot be found)" in (await asking(space["fail"])).text


@pytest.mark.parametrize("text", ["raise (\n    ValueError('über'))", "raise ValueError('über')"])
async def test_what_failed_is_marked(asking: Any, tmp_path: Any, text: str) -> None:
    file = tmp_path / "failing.py"
    file.write_text(f"def fail():\n    {text}\n", "utf-8")
    space: dict[str, Any] = {}
    exec(compile(file.read_text("utf-8"), str(file), "exec"), space)
    assert f"<mark>{text.partition(chr(10))[0]}".replace("'", "&#x27;") in (await asking(space["fail"])).text


async def test_a_line_of_a_template_is_marked_whole(asking: Any, tmp_path: Any) -> None:
    from jinja2 import Environment, FileSystemLoader

    (tmp_path / "page.html").write_text("<p>\n  {{ 1 / 0 }}\n")
    page = Environment(loader=FileSystemLoader(tmp_path), autoescape=True).get_template("page.html")
    assert "  <mark>{{ 1 / 0 }}</mark>" in (await asking(page.render)).text


async def test_surrogates_do_not_break_the_page(asking: Any) -> None:
    assert b"\\udc80" in (await asking(ValueError("\udc80"))).body


async def test_an_exception_that_was_never_raised_has_no_calls() -> None:
    from pathlib import Path

    page = Page(Veil([]), lambda frame: "", Path("/nowhere"))
    assert "it was never raised" in page.html(request_of(), ValueError("x"), "")


SECRETS = {
    "payment": {"api_key": "sk-live-123456", "currency": "EUR"},
    "ledger": {"url": "postgres://user:p4ssw0rd@db/x", "tokens": ["token-one", "token-two"]},
    "short": {"secret": "x"},
}


@pytest.mark.parametrize(
    "secret",
    [
        "sk-live-123456",  # of the configuration, then of the request
        "p4ssw0rd",
        "token-one",
        "token-two",
        "Zm9vOmJhcg",
        "s3ss10n",
        "another",
        "h-value",
        "q-value",
    ],
)
@pytest.mark.parametrize("accept", [{"accept": "text/html"}, {"accept": "*/*"}])
async def test_no_secret_is_shown(asking: Any, secret: str, accept: Any) -> None:
    headers = [
        ("authorization", "Basic Zm9vOmJhcg"),
        ("cookie", "sid=s3ss10n; b=another"),
        ("x-api-key", "h-value"),
    ]
    error = ValueError(f"could not use {secret} {secret}!")
    answer = await asking(error, "/x?password=q-value&page=2", headers, accept=accept, **SECRETS)
    assert answer.status == 500
    assert "could not use ********" in answer.text
    assert secret not in answer.text


async def test_what_is_no_secret_stays(asking: Any) -> None:
    assert "EUR and x" in (await asking(ValueError("EUR and x"), **SECRETS)).text


def test_passwords_inside_any_url_are_hidden() -> None:
    assert Veil([])("see postgres://me:hidden@db/x") == "see postgres://me:********@db/x"


@pytest.mark.parametrize("name", ["Cookie", "X-CSRF-Token", "proxy-authorization", "X-Amz-Signature", "DB_PASSWORD"])
def test_names_of_secrets(name: str) -> None:
    assert is_secret(name)
    assert not is_secret("accept-language")

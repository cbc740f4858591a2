"""What a template sees, what it may await, and what becomes of one that a handler returns."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from kernel_templating import Template

pytestmark = pytest.mark.anyio


async def price(value: int = 3) -> str:
    return f"{value} EUR"


async def rows() -> AsyncIterator[int]:
    yield 1
    yield 2


async def who(request: Any) -> dict[str, Any]:
    return {"user": f"user of {request.path}"}


def nobody(request: Any) -> None:
    return None


async def test_built_in_names(shown: Any) -> None:
    text = "{{ request.path }} {{ url_for('shop/page') }} {{ url_for('shop/page', q='<') }}"
    assert await shown({"page.html": text}) == "/shop/page /shop/page /shop/page?q=%3C"


async def test_url_for_keeps_the_root_path(make_app: Any, make_kernel: Any) -> None:
    from kernel_testing import Client

    async def page(request: Any) -> Any:
        return Template("page.html")

    app = make_app("shop", {"page.html": "{{ url_for('shop/page') }}"}, {"/page": page})
    async with Client(make_kernel(app)) as client:
        answer = await client.get("/v1/shop/page", scope={"root_path": "/v1"})
    assert answer.body == b"/v1/shop/page"


async def test_static_url_is_that_of_the_static_files(shown: Any, tmp_path: Any) -> None:
    (tmp_path / "site.css").write_text("p {}")
    files = {"page.html": "{{ static_url('shop/site.css') }}"}
    assert re.fullmatch(r"/static/shop/site\.[0-9a-f]+\.css", await shown(files, keywords={"static_dirs": tmp_path}))


async def test_media_url_is_that_of_uploads(shown: Any) -> None:
    assert await shown({"page.html": "{{ media_url('a b.png') }}"}, media={"prefix": "/media"}) == "/media/a%20b.png"


async def test_static_url_without_the_plugin_says_so(shown: Any, caplog: pytest.LogCaptureFixture) -> None:
    assert await shown({"page.html": "{{ static_url('a.css') }}"}, plugins={"blocked": "static"}) == 500
    assert "no active plugin provides 'static_url'" in caplog.text


async def test_globals_and_filters_of_apps(shown: Any) -> None:
    keywords = {"template_globals": {"site": "Shop"}, "template_filters": {"loud": str.upper}}
    assert await shown({"page.html": "{{ site|loud }}"}, keywords=keywords) == "SHOP"


@pytest.mark.parametrize("context", [who, [who], lambda request: {"user": f"user of {request.path}"}])
async def test_context_processors_are_asked_for_every_page(shown: Any, context: Any) -> None:
    keywords = {"template_context": context}
    assert await shown({"page.html": "{{ user }}"}, keywords=keywords) == "user of /shop/page"


async def test_a_context_processor_is_asked_for_a_rendered_text_too(make_app: Any, asking: Any) -> None:
    async def page(request: Any) -> str:
        return await Template("page.html").render(a=1)

    keywords = {"template_context": [who, lambda request: {"a": 0, "b": 2}]}
    app = make_app("shop", {"page.html": "{{ user }} {{ a }} {{ b }}"}, {"/page": page}, **keywords)
    assert (await asking("/shop/page", app)).body == b"user of /shop/page 1 2"


async def test_the_context_of_the_page_wins_over_a_processor(shown: Any) -> None:
    keywords = {"template_context": [who, lambda request: {"user": "second"}]}
    assert await shown({"page.html": "{{ user }}"}, keywords=keywords) == "second"
    assert await shown({"page.html": "{{ user }}"}, {"user": "page"}, keywords=keywords) == "page"


async def test_a_processor_that_owes_a_mapping_is_named(shown: Any, caplog: pytest.LogCaptureFixture) -> None:
    assert await shown({"page.html": ""}, keywords={"template_context": nobody}) == 500
    assert "'shop': the context processor 'nobody' owes a mapping and returned NoneType" in caplog.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ price() }}", "3 EUR"),
        ("{{ price(value=4)|upper }}", "4 EUR"),
        ("{% if price() == '3 EUR' %}yes{% endif %}", "yes"),
        ("{% for row in rows() %}{{ row }},{% endfor %}", "1,2,"),
        ("{{ 5|priced }}", "5 EUR"),
        ("{% include 'inner.html' %}", "(3 EUR)"),
        ("{% for x in [1, 2] %}{{ price(x) }}{{ loop.cycle('a', 'b') }}{% endfor %}", "1 EURa2 EURb"),
        ("{{ max(price()|length, [price(7)]|length) }}", "5"),
        ("{% macro m() %}{{ caller() }}{{ price() }}{% endmacro %}{% call m() %}<b>{% endcall %}", "<b>3 EUR"),
    ],
)
async def test_a_template_awaits_what_it_calls(shown: Any, text: str, expected: str) -> None:
    keywords = {"template_filters": {"priced": price}, "template_globals": {"price": price, "rows": rows, "max": max}}
    files = {"page.html": text, "inner.html": "({{ price() }})"}
    assert await shown(files, keywords=keywords) == expected


async def test_attributes_that_have_to_be_awaited_are(shown: Any) -> None:
    class Lazy:
        @property
        def author(self) -> Any:
            return price(9)

    assert await shown({"page.html": "{{ row.author }} {{ row.author|length }}"}, {"row": Lazy()}) == "9 EUR 5"


async def test_a_template_that_awaits_is_remembered(make_app: Any, asking: Any, make_kernel: Any) -> None:
    from kernel_testing import Client

    calls = []

    async def counted() -> int:
        return len(calls)

    def noted() -> str:
        calls.append(1)
        return ""

    async def page(request: Any) -> Any:
        return Template("page.html", {"noted": noted, "counted": counted})

    app = make_app("shop", {"page.html": "{{ noted() }}{{ counted() }}"}, {"/page": page})
    async with Client(make_kernel(app)) as client:
        answers = [(await client.get("/shop/page")).body for _ in range(3)]
    # the first try stops at what has to be awaited, once with the handler's value and once when it is sent
    assert answers == [b"3", b"4", b"5"]


async def test_a_text_awaits_too(make_app: Any, asking: Any) -> None:
    async def page(request: Any) -> Any:
        return Template(source="{{ price() }}", context={"price": price})

    app = make_app("shop", {}, {"/page": page})
    assert (await asking("/shop/page", app)).body == b"3 EUR"
    assert await Template(source="{{ price() }}").render(price=price) == "3 EUR"


async def test_something_awaitable_that_cannot_be_closed_is_awaited(shown: Any) -> None:
    class Promise:
        def __await__(self) -> Any:
            yield from price().__await__()
            return "kept"

    assert await shown({"page.html": "{{ promise() }}"}, {"promise": Promise}) == "kept"


class Row:
    id = 1

    def items(self) -> None: ...


@pytest.mark.parametrize("row", [{"id": 1, "items": "x"}, Row()])
async def test_rows_are_dicts_or_objects(shown: Any, row: Any) -> None:
    text = "{{ row.id }} {{ row['id'] }} {{ row.nothing is defined }} {{ row.items is callable }} {{ row.id.real }}"
    assert await shown({"page.html": text}, {"row": row}) == "1 1 False True 1"


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.html", b"text/html; charset=utf-8"),
        ("a.txt", b"text/plain; charset=utf-8"),
        ("feed.xml", b"application/xml"),
    ],
)
async def test_the_media_type_is_that_of_the_name(make_app: Any, asking: Any, name: str, media_type: bytes) -> None:
    async def page(request: Any) -> Any:
        return Template(name)

    answer = await asking("/shop/page", make_app("shop", {name: "x"}, {"/page": page}))
    assert (b"content-type", media_type) in answer.headers


async def test_a_response_has_a_status_and_headers(make_app: Any, asking: Any) -> None:
    async def page(request: Any) -> Any:
        return await Template("page.html", {"x": 1}).response(404, headers=[("x-a", "b")])

    answer = await asking("/shop/page", make_app("shop", {"page.html": "{{ x }}"}, {"/page": page}))
    assert (answer.status, answer.body) == (404, b"1")
    assert (b"x-a", b"b") in answer.headers
    assert (b"content-type", b"text/html; charset=utf-8") in answer.headers


@pytest.mark.parametrize("context", [None, who])
async def test_layers_may_change_the_response_of_a_template(make_app: Any, asking: Any, context: Any) -> None:
    def mark(response: Any) -> Any:
        response.status = 201
        response.headers.append((b"x-a", b"b"))
        return response

    async def page(request: Any) -> Any:
        return Template("page.html")

    keywords = {"template_context": context} if context else {}
    app = make_app("shop", {"page.html": "text"}, {"/page": page}, after_request=mark, **keywords)
    answer = await asking("/shop/page", app)
    assert (answer.status, answer.body) == (201, b"text")
    assert (b"x-a", b"b") in answer.headers


async def test_an_exception_handler_may_return_a_template(make_app: Any, asking: Any) -> None:
    async def page(request: Any) -> Any:
        raise KeyError

    handlers = {KeyError: lambda request, error: Template("sorry.html", {"price": price})}
    app = make_app("shop", {"sorry.html": "{{ price() }}"}, {"/page": page}, exception_handlers=handlers)
    assert (await asking("/shop/page", app)).body == b"3 EUR"


async def test_a_rescuer_may_return_a_template(make_app: Any) -> None:
    from kernel_testing import Client

    from kernel import Kernel, Plugin, hookimpl

    class Sorry(Plugin):
        @hookimpl
        def kernel_rescue(self, exc_type: type[Exception]) -> Any:
            return lambda request, error: Template("sorry.html", {"price": price})

    async def page(request: Any) -> Any:
        raise KeyError

    app = make_app("shop", {"sorry.html": "{{ price() }}"}, {"/page": page})
    async with Client(Kernel({}, apps=[app], plugins=[Sorry])) as client:
        assert [(await client.get(path)).body for path in ("/shop/page", "/nowhere")] == [b"3 EUR"] * 2

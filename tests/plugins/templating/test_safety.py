"""What a template cannot do by accident: print what is not escaped, or what does not exist."""

from typing import Any

import pytest
from jinja2 import TemplateError, UndefinedError
from jinja2.exceptions import SecurityError
from kernel_templating import Template

pytestmark = pytest.mark.anyio
SCRIPT = "<script>alert('x')</script>"


@pytest.mark.parametrize("name", ["page.html", "page.htm", "page.xml", "page.txt", "page"])
async def test_everything_is_escaped(make_app: Any, asking: Any, name: str) -> None:
    async def page(request: Any) -> Any:
        return Template(name, {"x": SCRIPT})

    answer = await asking("/shop/page", make_app("shop", {name: "{{ x }}"}, {"/page": page}))
    assert (answer.status, answer.body) == (200, b"&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;")


async def test_a_text_is_escaped_too() -> None:
    assert await Template(source="{{ x }}").render(x=SCRIPT) == "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"


async def test_what_is_marked_safe_is_not_escaped() -> None:
    assert await Template(source="{{ x|safe }}").render(x="<b>") == "<b>"


async def test_a_name_that_does_not_exist_is_an_error(shown: Any) -> None:
    assert await shown({"page.html": "{{ nothing }}"}) == 500


async def test_a_name_that_does_not_exist_is_nothing_if_one_wants_that(shown: Any) -> None:
    assert await shown({"page.html": "<{{ nothing }}>"}, templates={"undefined": "lenient"}) == "<>"


async def test_a_text_with_an_unknown_name_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        await Template(source="{{ nothing }}").render()


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ f.__globals__ }}",
        "{{ rows.append(1) }}",
        "{{ url_for.__globals__ }}",
        "{% for n in range(999999999) %}{% endfor %}",
    ],
)
async def test_a_text_runs_in_a_sandbox(make_app: Any, asking: Any, source: str) -> None:
    async def page(request: Any) -> str:
        with pytest.raises((SecurityError, OverflowError, UndefinedError)):
            await Template(source=source).render(f=test_a_text_with_an_unknown_name_is_an_error, rows=[])
        return "refused"

    assert (await asking("/shop/page", make_app("shop", {}, {"/page": page}))).body == b"refused"


async def test_a_text_sees_only_what_it_is_given(make_app: Any, asking: Any) -> None:
    async def page(request: Any) -> str:
        found = "{{ request is defined }} {{ user is defined }} {{ secret is defined }} {{ url_for is defined }}"
        return await Template(source=found).render()

    keywords = {"template_globals": {"secret": 1}, "template_context": lambda request: {"user": 1}}
    answer = await asking("/shop/page", make_app("shop", {}, {"/page": page}, **keywords))
    assert answer.body == b"False False False True"


async def test_a_text_may_use_the_project_s_templates(make_app: Any, asking: Any) -> None:
    async def page(request: Any) -> str:
        return await Template(source='{% extends "layout.html" %}{% block x %}{{ y }}{% endblock %}').render(y="<")

    app = make_app("shop", {"layout.html": "({% block x %}{% endblock %})"}, {"/page": page})
    assert (await asking("/shop/page", app)).body == b"(&lt;)"


async def test_a_text_that_does_not_compile_is_an_error() -> None:
    with pytest.raises(TemplateError):
        await Template(source="{% if %}").render()


@pytest.mark.parametrize("text", ["{{ 1 / 0 }}", "{{ nothing }}", "{{ 5|first }}", "{% for x in 5 %}{% endfor %}"])
async def test_an_error_in_a_template_shows_its_line_in_the_log_only(
    shown: Any, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    assert await shown({"page.html": f"\n{text}"}) == 500
    (record,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert "page.html" in caplog.text
    assert "line 2" in caplog.text
    assert "shop" in record.getMessage() or "templating" in record.getMessage()

"""Template: what it takes, and how it finds its kernel and its app."""

from pathlib import Path
from typing import Any

import anyio
import pytest
from kernel_responses import HTML
from kernel_router import Mount
from kernel_templating import Template
from kernel_testing import Client

import kernel
from kernel import App, Hooks, Kernel
from kernel.layers import Route

pytestmark = pytest.mark.anyio


def test_neither_path_nor_source_is_refused() -> None:
    with pytest.raises(ValueError, match="Template path or source is not specified"):
        Template()


def test_the_package_has_no_other_names() -> None:
    import kernel_templating

    with pytest.raises(AttributeError, match="no attribute 'Templet'"):
        _ = kernel_templating.Templet


@pytest.mark.parametrize(
    ("template", "shown"), [(Template("a.html"), "'a.html'"), (Template(source="x"), "source='x'")]
)
def test_it_shows_what_it_is(template: Template, shown: str) -> None:
    assert repr(template) == f"Template({shown})"


async def test_a_text_is_rendered_anywhere() -> None:
    assert await Template(source="{{ a }} {{ b }}").render({"a": 1}, b=2) == "1 2"


async def test_the_context_wins_over_a_keyword_of_the_same_name() -> None:
    assert await Template(source="{{ a }}").render({"a": "context"}, a="keyword") == "context"


async def test_what_render_is_given_wins_over_what_the_template_was() -> None:
    assert await Template(source="{{ a }}{{ b }}", context={"a": 1, "b": 2}).render(b=3) == "13"


async def test_the_page_of_the_manual(make_app: Any, asking: Any) -> None:
    async def home(request: Any) -> HTML:
        return HTML(await Template("home.html").render({"message": "Hello World!"}))

    answer = await asking("/hello/home", make_app("hello", {"home.html": "<h1>{{ message }}</h1>"}, {"/home": home}))
    assert answer.body == b"<h1>Hello World!</h1>"
    assert (b"content-type", b"text/html; charset=utf-8") in answer.headers


async def test_the_app_is_found_in_child_tasks_threads_and_helpers(make_app: Any, asking: Any) -> None:
    async def page(request: Any) -> str:
        texts: list[str] = []

        async def child() -> None:
            texts.append(await Template("page.html").render())

        def in_thread() -> None:
            anyio.from_thread.run(child)

        async with anyio.create_task_group() as group:
            group.start_soon(child)
        await anyio.to_thread.run_sync(in_thread)
        return " ".join(texts)

    apps = make_app("theme", {"page.html": "theme"}), make_app("shop", {"page.html": "shop"}, {"/page": page})
    assert (await asking("/shop/page", *apps)).body == b"shop shop"


async def test_background_calls_of_a_request_find_it_too(make_app: Any, asking: Any) -> None:
    texts = []

    async def later() -> None:
        texts.append(await Template("page.html").render())

    async def page(request: Any) -> None:
        request.background(later)

    await asking("/shop/page", make_app("shop", {"page.html": "shop"}, {"/page": page}))
    assert texts == ["shop"]


async def test_without_a_route_all_apps_are_searched(make_app: Any, make_kernel: Any) -> None:
    from kernel import Layer, Plugin, hookimpl

    async def page(request: Any, call_next: Any) -> Any:
        return await Template("page.html").response(503)

    class Front(Plugin):
        @hookimpl
        def kernel_layers(self) -> Layer:
            return Layer("front", around=page)

    kernel = Kernel({}, apps=[make_app("shop", {"page.html": "{{ request.path }}"})], plugins=[Front])
    async with Client(kernel) as client:
        answer = await client.get("/nowhere")
    assert (answer.status, answer.body) == (503, b"/nowhere")


async def test_listeners_of_the_life_cycle_say_which_app(make_app: Any, make_kernel: Any) -> None:
    hooks, texts = Hooks(), []

    @hooks.event("startup")
    async def begin() -> None:
        texts.append(await Template("shop:page.html").render(x=1))

    app = make_app("shop", {"page.html": "{{ x }} {{ url_for('shop/home') }}"}, {"/home": print}, hooks=hooks)
    async with Client(make_kernel(app)):
        pass
    assert texts == ["1 /shop/home"]


async def test_a_kernel_may_be_given(make_app: Any, make_kernel: Any) -> None:
    app = make_app("shop", {"page.html": "{{ x }} {{ url_for('shop/page') }}"}, {"/page": print})
    kernel = make_kernel(app).boot()
    assert await Template("shop:page.html", kernel=kernel).render(x=1) == "1 /shop/page"
    assert await Template("page.html", kernel=kernel).render(x=1) == "1 /shop/page"


async def test_a_request_of_another_kernel_does_not_count(make_app: Any, make_kernel: Any, asking: Any) -> None:
    other = make_kernel(make_app("other", {"page.html": "{{ request is defined }}"})).boot()

    async def page(request: Any) -> str:
        return await Template("page.html", kernel=other).render()

    assert (await asking("/shop/page", make_app("shop", {}, {"/page": page}))).body == b"False"


async def test_of_kernels_inside_one_another_the_innermost_renders(
    make_app: Any, make_kernel: Any, asking: Any
) -> None:
    async def page(request: Any) -> str:
        return await Template("page.html").render()

    inner = make_kernel(make_app("shop", {"page.html": "inner"}, {"/page": page}))
    outer = App(name="outer", routes=[Mount("/old", inner)])
    assert (await asking("/old/shop/page", outer, make_app("other", {"page.html": "outer"}))).body == b"inner"


async def test_elsewhere_it_is_the_project_of_the_working_directory(
    make_app: Any, make_kernel: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel, "app", make_kernel(make_app("shop", {"page.html": "{{ x }}"})))
    assert await Template("shop:page.html").render(x=1) == "1"


async def test_without_any_project_the_message_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "app", Kernel(tmp_path / "config.ini"))
    with pytest.raises(LookupError, match=r"pass the kernel: Template\(path, kernel=kernel\)"):
        await Template("shop:page.html").render()


def test_a_template_costs_no_jinja_and_no_boot_does(without_jinja: None, make_kernel: Any) -> None:
    Template("page.html")
    routes = [Route("/", "GET", print)]
    assert make_kernel(App(name="shop", routes=routes)).boot().problems == []

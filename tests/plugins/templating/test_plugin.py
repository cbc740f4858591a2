"""The plugin at boot: folders, names, checks, compiled templates."""

import os
from pathlib import Path
from typing import Any

import pytest
from kernel_templating import Template
from kernel_testing import Client

from kernel import App, Kernel, Plugin, hookimpl
from kernel.errors import BootError

pytestmark = pytest.mark.anyio


async def page(request: Any) -> Any:
    return Template("page.html")


def problems(kernel: Kernel) -> list[Any]:
    with pytest.raises(BootError) as info:
        kernel.boot()
    return list(info.value.problems)


def test_folders_are_relative_to_the_file_of_the_app(make_kernel: Any) -> None:
    (problem,) = problems(make_kernel(App(name="shop", template_dirs="nowhere")))
    folder = Path(__file__).parent / "nowhere"
    assert problem.message == f"app 'shop': template_dirs: there is no folder '{folder}'"
    assert problem.where.rpartition(":")[0] == __file__


def test_folders_of_a_plugin_are_relative_to_its_module() -> None:
    class Theme(Plugin):
        @hookimpl
        def kernel_template_dirs(self) -> str:
            return "nowhere"

    (problem,) = problems(Kernel({}, plugins=[Theme]))
    assert str(Path(__file__).parent / "nowhere") in problem.message


async def test_a_plugin_gives_every_template_names_filters_and_context(make_app: Any) -> None:
    class Shouting(Plugin):
        @hookimpl
        def kernel_template_globals(self) -> dict[str, str]:
            return {"site": "Shop"}

        @hookimpl
        def kernel_template_filters(self) -> dict[str, Any]:
            return {"loud": str.upper}

        @hookimpl
        def kernel_template_context(self) -> Any:
            return lambda request: {"path": request.path}

    app = make_app("shop", {"page.html": "{{ site|loud }} {{ path }}"}, {"/page": page})
    async with Client(Kernel({}, plugins=[Shouting], apps=[app])) as client:
        assert (await client.get("/shop/page")).text == "SHOP /shop/page"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("\n\n{% if %}", 3, "Expected an expression, got 'end of statement block'"),
        ("{{ x|nothing }}", 1, "No filter named 'nothing'."),
        ('\n{% extends "pges.html" %}', 2, "there is no template 'pges.html'; did you mean 'page.html'?"),
        ('{% from "nothing.html" import x %}', 1, "there is no template 'nothing.html'"),
    ],
)
def test_a_template_that_does_not_compile_is_found_at_boot(
    make_app: Any, make_kernel: Any, tmp_path: Path, text: str, line: int, message: str
) -> None:
    (problem,) = problems(make_kernel(make_app("shop", {"page.html": text})))
    assert problem.message == f"template 'shop:page.html': {message}"
    assert problem.where == f"{tmp_path}/shop/page.html:{line}"


def test_a_template_may_be_named_by_a_variable_or_be_missing(make_app: Any, make_kernel: Any) -> None:
    text = '{% extends layout %}{% include "nothing.html" ignore missing %}{% include ["nothing.html", "a"] %}'
    assert make_kernel(make_app("shop", {"page.html": text})).boot().problems == []


def test_what_is_no_text_is_left_alone(make_app: Any, make_kernel: Any, tmp_path: Path) -> None:
    app = make_app("shop", {"page.html": ""})
    (tmp_path / "shop" / "logo.png").write_bytes(b"\x89PNG\xff")
    assert make_kernel(app).boot().problems == []


@pytest.mark.parametrize("kind", ["global", "filter"])
def test_a_name_claimed_twice_names_both(make_app: Any, make_kernel: Any, kind: str) -> None:
    keyword = {f"template_{kind}s": {"site": str}}
    (problem,) = problems(make_kernel(make_app("shop", **keyword), make_app("blog", **keyword)))
    assert problem.message == f"template {kind} 'site' is declared by 'shop' and by 'blog'"


def test_a_built_in_name_cannot_be_taken(make_app: Any, make_kernel: Any) -> None:
    (problem,) = problems(make_kernel(make_app("shop", template_globals={"request": 1})))
    assert problem.message == "template global 'request' is declared by 'templating' (asgi-kernel 0.1.0) and by 'shop'"


def test_an_override_that_is_none_is_a_finding(make_app: Any, make_kernel: Any) -> None:
    kernel = make_kernel(make_app("theme", {"page.html": ""}), templates={"override": "them"})
    (problem,) = problems(kernel)
    assert problem.message == "[templates] override: no app 'them' has template_dirs; did you mean 'theme'?"


@pytest.mark.parametrize(
    ("sections", "second"),
    [({}, b"one"), ({"templates": {"reload": "yes"}}, b"two"), ({"debug": {"enabled": "yes"}}, b"two")],
)
async def test_a_changed_file_counts_only_with_reload(
    make_app: Any, make_kernel: Any, tmp_path: Path, sections: Any, second: bytes
) -> None:
    app = make_app("shop", {"page.html": '{% include "part.html" %}', "part.html": "one"}, {"/page": page})
    async with Client(make_kernel(app, **sections)) as client:
        assert (await client.get("/shop/page")).body == b"one"
        part = tmp_path / "shop" / "part.html"
        part.write_text("two")
        os.utime(part, ns=(1, 1))
        assert (await client.get("/shop/page")).body == second


async def test_templates_are_read_once(make_app: Any, make_kernel: Any, tmp_path: Path) -> None:
    app = make_app("shop", {"page.html": '{% include "part.html" %}', "part.html": "one"}, {"/page": page})
    async with Client(make_kernel(app)) as client:
        for path in (tmp_path / "shop").iterdir():
            path.unlink()
        assert [(await client.get("/shop/page")).body for _ in range(2)] == [b"one", b"one"]


async def test_two_kernels_share_nothing(make_app: Any, make_kernel: Any) -> None:
    first = make_kernel(make_app("shop", {"page.html": "{{ site }}"}, {"/page": page}, template_globals={"site": 1}))
    second = make_kernel(make_app("blog", {"page.html": "{{ site }}"}, {"/page": page}, template_globals={"site": 2}))
    async with Client(first) as one, Client(second) as two:
        assert (await one.get("/shop/page")).body == b"1"
        assert (await two.get("/blog/page")).body == b"2"

import os
from pathlib import Path
from typing import Any

import pytest

from kernel import App, Kernel, Plugin, hookimpl
from kernel.errors import BootError, ConfigError

pytestmark = pytest.mark.anyio


def paths(kernel: Kernel) -> list[str]:
    return [route.path for route, _ in kernel.plan.routes]


def test_a_project_without_static_folders_has_no_route() -> None:
    kernel = Kernel({}, apps=[App(name="shop", static_dirs=[])]).boot()
    assert paths(kernel) == []
    with pytest.raises(LookupError, match="no app 'shop' has static_dirs"):
        kernel.service("static_url")("shop/a")


def test_all_apps_share_one_route(make_kernel: Any, static: Path) -> None:
    kernel = make_kernel(App(name="blog", static_dirs=static), static={"prefix": "/assets/"}).boot()
    assert paths(kernel) == ["/assets/<path:path>"]


async def test_each_app_has_its_own_files(ask: Any, make_kernel: Any, tmp_path: Path) -> None:
    (tmp_path / "blog").mkdir()
    (tmp_path / "blog" / "site.css").write_text("blog")
    kernel = make_kernel(App(name="blog", static_dirs=[tmp_path / "blog"]))
    assert (await ask("/static/blog/site.css", kernel=kernel)).text == "blog"
    assert (await ask("/static/shop/site.css", kernel=kernel)).text.startswith("body")


async def test_a_plugin_may_have_static_files(ask: Any, make_kernel: Any, static: Path) -> None:
    class Admin(Plugin):
        name = "admin"

        @hookimpl
        def kernel_static_dirs(self) -> Path:
            return static

    kernel = Kernel({}, plugins=[Admin])
    assert (await ask("/static/admin/site.css", kernel=kernel)).status == 200


def test_a_folder_that_is_not_there_fails_the_boot() -> None:
    app = App(name="blog", static_dirs=["no-such-folder"])
    with pytest.raises(BootError) as caught:
        Kernel({}, apps=[app]).boot()
    (problem,) = caught.value.problems
    folder = Path(__file__).parent / "no-such-folder"
    assert problem.message == f"app 'blog': static_dirs names '{folder}', which is no folder"
    assert (problem.id, problem.where) == ("static.folder", app.where)


@pytest.mark.parametrize("prefix", ["static", "/", "", "/<a>", "/a?b", "https://cdn.example"])
def test_a_prefix_that_is_no_path_is_refused(make_kernel: Any, prefix: str) -> None:
    with pytest.raises(ConfigError, match="prefix"):
        make_kernel(static={"prefix": prefix}).boot()


async def test_how_long_a_plain_name_may_be_kept_is_configured(ask: Any, make_kernel: Any) -> None:
    answer = await ask("/static/shop/site.css", kernel=make_kernel(static={"max_age": "10m"}))
    assert answer.header("cache-control") == "public, max-age=600"


async def test_links_and_hidden_files_are_served_if_that_is_configured(
    ask: Any, make_kernel: Any, static: Path
) -> None:
    (static / "link.txt").symlink_to("../secret.txt")
    (static / ".hidden").write_text("hidden")
    kernel = make_kernel(static={"follow_symlinks": "yes", "hidden_files": "yes"})
    assert (await ask("/static/shop/link.txt", kernel=kernel)).text == "marker"
    assert (await ask("/static/shop/.hidden", kernel=kernel)).text == "hidden"


@pytest.mark.parametrize("access", [True, False])
def test_a_folder_that_cannot_be_read_is_a_finding_of_the_doctor(
    make_kernel: Any, static: Path, monkeypatch: pytest.MonkeyPatch, access: bool
) -> None:
    (plugin,) = [member.plugin for member in make_kernel().boot().plan.active if member.name == "static"]
    monkeypatch.setattr(os, "access", lambda path, mode: access)
    messages = [problem.message for problem in plugin.kernel_doctor()["static folders"]()]
    assert messages == ([] if access else [f"app 'shop': the static folder '{static}' cannot be read"])


def test_without_folders_the_doctor_has_nothing_to_examine() -> None:
    (plugin,) = [member.plugin for member in Kernel({}).boot().plan.active if member.name == "static"]
    assert plugin.kernel_doctor() == {}

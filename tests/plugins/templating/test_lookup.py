"""Which file a name means: own app first, then the others in order, and never a file outside."""

from typing import Any

import pytest
from kernel_templating import Template
from kernel_templating.folders import Folders

pytestmark = pytest.mark.anyio
OUTSIDE = [
    "../secret.html",
    "/etc/hostname",
    "a\0b",
    "..",
    ".",
    "",
    "a/../page.html",
    "a//page.html",
    "..\\secret.html",
]


@pytest.fixture
def other(make_app: Any) -> Any:
    return make_app(
        "theme", {"page.html": "theme", "layout.html": "<{% block main %}theme{% endblock %}>", "n.html": "t"}
    )


async def test_the_own_app_comes_first(shown: Any, other: Any) -> None:
    assert await shown({"page.html": "shop"}, None, other) == "shop"


async def test_then_come_the_others_in_order(shown: Any, make_app: Any, other: Any) -> None:
    late = make_app("late", {"page.html": "late"})
    assert await shown({"else.html": "shop"}, None, other, late) == "theme"


async def test_an_app_that_overrides_comes_before_all(shown: Any, other: Any) -> None:
    assert await shown({"page.html": "shop"}, None, other, templates={"override": "theme"}) == "theme"


async def test_an_override_may_extend_what_it_replaces(shown: Any, make_app: Any) -> None:
    theme = make_app("theme", {"page.html": '{% extends "shop:page.html" %}{% block main %}new{% endblock %}'})
    files = {"page.html": "<{% block main %}old{% endblock %}>"}
    assert await shown(files, None, theme, templates={"override": "theme"}) == "<new>"


async def test_the_folders_of_an_app_are_searched_in_order(make_app: Any, write: Any, asking: Any) -> None:
    async def page(request: Any) -> Template:
        return Template("page.html")

    app = make_app("shop", {}, {"/page": page})
    app.answers["template_dirs"] = [write("one", {"x.html": ""}), write("two", {"page.html": "two"})]
    assert (await asking("/shop/page", app)).body == b"two"


@pytest.mark.parametrize("way", ['{% extends "layout.html" %}{% block main %}mine{% endblock %}'])
async def test_a_template_extends_that_of_another_app(shown: Any, other: Any, way: str) -> None:
    assert await shown({"page.html": way}, None, other) == "<mine>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{% include "n.html" %}', "t"),
        ('{% include "theme:n.html" %}', "t"),
        ('{% include "shop:own.html" %}', "own"),
        ('{% include "nothing.html" ignore missing %}', ""),
        ('{% import "macros.html" as m %}{{ m.bold("<") }}', "<b>&lt;</b>"),
        ('{% from "macros.html" import bold %}{{ bold("x") }}', "<b>x</b>"),
    ],
)
async def test_includes_and_imports_reach_every_app(shown: Any, other: Any, text: str, expected: str) -> None:
    macros = "{% macro bold(x) %}<b>{{ x }}</b>{% endmacro %}"
    assert await shown({"page.html": text, "own.html": "own", "macros.html": macros}, None, other) == expected


async def test_what_a_layout_includes_belongs_to_the_app_of_the_layout(shown: Any, make_app: Any) -> None:
    theme = make_app("theme", {"layout.html": '{% include "nav.html" %}', "nav.html": "theme's"})
    files = {"page.html": '{% extends "layout.html" %}', "nav.html": "shop's"}
    assert await shown(files, None, theme) == "theme's"


@pytest.mark.parametrize("reload", ["yes", "no"])
@pytest.mark.parametrize("name", OUTSIDE)
async def test_a_name_never_leaves_the_folder(make_app: Any, write: Any, asking: Any, name: str, reload: str) -> None:
    from kernel_templating import TemplateNotFound

    write("", {"secret.html": "secret"})

    async def page(request: Any) -> str:
        with pytest.raises(TemplateNotFound):
            await Template(name).render()
        with pytest.raises(TemplateNotFound):
            await Template(source="{% include name %}").render(name=name)
        return "refused"

    app = make_app("shop", {"page.html": ""}, {"/page": page})
    assert (await asking("/shop/page", app, templates={"reload": reload})).body == b"refused"


async def test_a_missing_template_says_where_it_was_looked_for(make_app: Any, other: Any, asking: Any) -> None:
    from kernel_templating import TemplateNotFound

    async def page(request: Any) -> str:
        with pytest.raises(TemplateNotFound) as info:
            await Template("pages.html").render()
        return str(info.value)

    text = (await asking("/shop/page", make_app("shop", {"page.html": ""}, {"/page": page}), other)).body.decode()
    first, *places = text.splitlines()
    assert first == "template 'pages.html' is not found; did you mean 'page.html'?; looked in"
    assert [place.rpartition("/")[2] for place in places] == ["shop (app 'shop')", "theme (app 'theme')"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "shpo:page.html",
            "template 'shpo:page.html' is not found: no app 'shpo' has template_dirs; did you mean 'shop'?",
        ),
        ("shop:pag.html", "template 'shop:pag.html' is not found; did you mean 'page.html'?; looked in"),
    ],
)
async def test_a_missing_template_of_one_app_names_the_app(make_app: Any, asking: Any, name: str, message: str) -> None:
    async def page(request: Any) -> str:
        with pytest.raises(LookupError) as info:
            await Template(name).render()
        return str(info.value)

    answer = await asking("/shop/page", make_app("shop", {"page.html": ""}, {"/page": page}))
    assert answer.body.decode().splitlines()[0] == message


async def test_without_any_folder_the_message_says_so(make_app: Any, asking: Any) -> None:
    async def page(request: Any) -> str:
        with pytest.raises(LookupError) as info:
            await Template("page.html").render()
        return str(info.value)

    answer = await asking("/shop/page", make_app("shop", {}, {"/page": page}))
    assert answer.body == b"template 'page.html' is not found; no app has template_dirs"


@pytest.mark.parametrize("path", ["/shop/raised", "/shop/returned"])
async def test_a_missing_template_is_500_and_tells_the_client_nothing(make_app: Any, asking: Any, path: str) -> None:
    async def raised(request: Any) -> Any:
        return await Template("missing.html").render()

    async def returned(request: Any) -> Any:
        return Template("missing.html")

    app = make_app("shop", {"page.html": ""}, {"/raised": raised, "/returned": returned})
    answer = await asking(path, app)
    assert (answer.status, answer.json()["code"]) == (500, 1000)
    assert b"missing" not in answer.body


async def test_hidden_files_are_no_templates(write: Any) -> None:
    folder = write("shop", {"a/b.html": "", ".hidden/c.html": "", ".d.html": ""})
    assert list(Folders({"shop": [folder]})) == ["shop:a/b.html"]


async def test_links_to_folders_are_followed_but_not_in_circles(write: Any) -> None:
    folder, shared = write("shop", {"a.html": ""}), write("shared", {"b.html": ""})
    (folder / "circle").symlink_to(folder)
    (folder / "shared").symlink_to(shared)
    assert list(Folders({"shop": [folder]})) == ["shop:a.html", "shop:shared/b.html"]


@pytest.mark.parametrize("live", [True, False])
async def test_only_a_live_folder_notices_a_new_file(write: Any, live: bool) -> None:
    folders = Folders({"shop": [write("shop", {"a.html": ""})]}, live=live)
    assert list(folders) == ["shop:a.html"]
    write("shop", {"b.html": ""})
    assert (folders.find("b.html") == "shop:b.html", len(list(folders))) == (live, 2 if live else 1)


def test_a_file_that_vanished_is_not_found() -> None:
    from kernel_templating import TemplateNotFound
    from kernel_templating.environment import environment

    with pytest.raises(TemplateNotFound):
        environment(Folders({}), {}).get_template("shop:page.html")

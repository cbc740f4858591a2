"""Who is to blame."""

import logging
from types import SimpleNamespace
from typing import Any

import pytest
from kernel_errors.report import blame, members_own, owners, report

from kernel import App, Plugin, Request
from kernel.boot.plan import Member, Plan
from kernel.layers import Route


class Billing(Plugin):
    """A plugin of this module."""


def member(name: str, plugin: Any, value: str = "", kind: str = "app") -> Member:
    return Member(name, kind, value, plugin=plugin, state="active")


def failing(module: str, inner: Any = None) -> Any:
    """Return a function of *module* that fails, or calls *inner* which does."""
    space: dict[str, Any] = {"__name__": module, "inner": inner}
    source = "def fail():\n    return inner() if inner else 1 / 0\n"
    exec(compile(source, "generated.py", "exec"), space)
    return space["fail"]


def caught(function: Any) -> Exception:
    try:
        function()
    except ZeroDivisionError as error:
        return error
    raise AssertionError


def test_modules_and_their_packages_have_owners() -> None:
    found = members_own([member("shop", App(), "shop.main:app"), member("tool", App(), "tool:app")])
    assert found == {"shop.main": "app 'shop'", "shop": "app 'shop'", "tool": "app 'tool'"}


def test_a_package_of_two_has_two_owners() -> None:
    found = members_own([member("a", App(), "site.a:app"), member("b", App(), "site.b:app")])
    assert found["site"] == "app 'a' or app 'b'"
    assert found["site.b"] == "app 'b'"


def test_a_plugin_object_owns_its_module_and_an_app_object_its_file() -> None:
    app = App()
    found = members_own([member("billing", Billing(), kind="plugin"), member("shop", app, app.where)])
    assert found[__name__] == "plugin 'billing'"
    assert found[__file__] == "app 'shop'"


def test_the_project_owns_what_no_app_does() -> None:
    assert members_own([member("shop", App(), "x:app"), member("project", App(), "x:1")]) == {"x": "app 'shop'"}
    assert members_own([member("project", App(), "x:1")]) == {"x": "app 'project'"}


def test_the_innermost_owned_frame_is_to_blame() -> None:
    known = {"shop": "app 'shop'", "stock": "plugin 'stock'"}
    assert blame(caught(failing("json.decoder", None)), known) == ""
    assert blame(caught(failing("shop.api.views", failing("stock", failing("json")))), known) == "plugin 'stock'"
    assert blame(caught(failing("")), {"generated.py": "app 'shop'"}) == "app 'shop'"
    assert blame(ValueError("never raised"), known) == ""


def test_one_record_names_the_request_and_the_guilty(caplog: pytest.LogCaptureFixture) -> None:
    app: Any = SimpleNamespace()
    request = Request({"method": "GET", "path": "/a\n"}, app, app)
    first = report(request, caught(failing("shop")), {})
    second = report(request, caught(failing("shop")), {"shop": "app 'shop'"})
    assert [record.levelno for record in caplog.records] == [logging.ERROR] * 2
    text = "GET '/a\\n' failed"
    assert [record.getMessage() for record in caplog.records] == [
        f"{text} (error {first})",
        f"{text} in app 'shop' (error {second})",
    ]
    assert "ZeroDivisionError" in caplog.text


def test_a_module_of_handlers_belongs_to_their_app() -> None:
    def handler(request: Request) -> None: ...

    plan = Plan(routes=((Route("/", "GET", handler).derive(app="shop"), ()),))
    assert owners(plan) == {__name__: "app 'shop'"}

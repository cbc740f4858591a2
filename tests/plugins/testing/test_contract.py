"""The contract of plugins: each clause is kept by a good plugin and broken by one that breaks just that."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pytest
from kernel_testing.clauses import CLAUSES
from kernel_testing.contract import breaches, keeps
from kernel_testing.probe import changed, effect, looked
from kernel_testing.subject import needed, owners, subject

from kernel import App, Hooks, Layer, Plugin, hookimpl
from kernel.boot.plan import Member
from kernel.hookspecs import Specs

GOOD = """
from kernel import Plugin
class Good(Plugin):
    name = "good"
    requires = ("errors", "cap:nothing")[:1]
    after = ("nobody",)
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Return a function that writes a module into a package and returns "package.module:Good"."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)  # some of them leave a file, or go elsewhere

    def write(text: str = GOOD, typed: bool = True) -> str:
        package = tmp_path / f"{tmp_path.name}{len(list(tmp_path.iterdir()))}"
        package.mkdir()
        (package / "__init__.py").touch()
        (package / "code.py").write_text(text)
        if typed:
            (package / "py.typed").touch()
        return f"{package.name}.code:Good"

    return write


def broken(thing: Any, **given: Any) -> list[tuple[str, str]]:
    """Return (clause, message) of every breach."""
    return [(breach.clause, breach.message) for breach in breaches(subject(thing), **given)]


@pytest.mark.parametrize("name", ["errors", "orm", "templating", "cors", "router"])
def test_our_own_plugins_keep_it(name: str) -> None:
    assert breaches(subject(name)) == []


def test_a_good_plugin_keeps_it(module: Callable[..., str], contract: Callable[..., None]) -> None:
    contract(module())


def test_a_class_and_an_app_keep_it(contract: Callable[..., None]) -> None:
    class Good(Plugin):
        name = "good"

    contract(Good)
    contract(App(name="shop"))
    contract(App())


def test_a_breach_is_an_assertion_that_tells_everything() -> None:
    class Bad(Plugin):
        name = "bad"

        @hookimpl
        def kernel_layer(self) -> None: ...

        @hookimpl
        async def kernel_layers(self) -> None: ...

    with pytest.raises(AssertionError) as failure:
        keeps(Bad)
    assert "hooks: plugin 'bad': hook 'kernel_layer' does not exist" in str(failure.value)
    assert "hooks: plugin 'bad': hook 'kernel_layers' is asked at boot" in str(failure.value)


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    with pytest.raises(LookupError, match="did you mean 'errors'"):
        keeps("erors")
    with pytest.raises(LookupError, match="'zzzzzz' is installed: pip install"):
        keeps("zzzzzz")


def test_what_cannot_be_loaded_is_asked_no_further(module: Callable[..., str]) -> None:
    assert [clause for clause, _ in broken(module("raise ValueError('no')"))] == ["entry point"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("import threading; threading.Thread(target=print, daemon=True).start()", "starts a thread"),
        ("import socket; socket.socket().close()", "opens a socket"),
        ("open('left', 'w').close()", "writes the file 'left'"),
        ("import os; os.environ['LEFT'] = '1'", "changes the environment variable LEFT"),
        ("import logging; logging.basicConfig()", "adds a handler to the root logger"),
        ("import subprocess, sys; subprocess.run([sys.executable, '-c', ''])", "starts a process"),
        ("import jinja2", "imports 'jinja2': import that inside the function that needs it"),
        ("import os; os.chdir('/')", "changes the working directory"),
    ],
)
def test_an_import_that_does_something_is_a_breach(module: Callable[..., str], line: str, said: str) -> None:
    found = broken(module(f"{GOOD}\n{line}"), clauses=["import"])

    assert f"importing it {said}" in [message for _, message in found]


@pytest.mark.parametrize("text", ["import os; os._exit(3)", "raise SystemExit"])
def test_an_import_that_ends_the_process_is_a_breach(module: Callable[..., str], text: str) -> None:
    assert broken(module(text)) == [("import", "it cannot be loaded: that ends the process")]


def test_an_import_of_very_many_modules_is_a_breach(module: Callable[..., str]) -> None:
    found = broken(module(f"{GOOD}\nimport sqlalchemy.orm, alembic.command"), clauses=["import"])

    assert [message for _, message in found if "modules, more than 200" in message]


def test_an_app_may_import_what_its_models_need(module: Callable[..., str]) -> None:
    assert broken(module("import sqlalchemy\nfrom kernel import App\nGood = App()"), clauses=["import"]) == []


@dataclass(frozen=True)
class Half:
    """One key with a text, one without."""

    told: Annotated[int, "how many"] = 1
    silent: int = 2


@pytest.mark.parametrize(
    ("schema", "said"),
    [(Half, "key 'silent' has no text"), (dict, "its Config 'dict' is neither a dataclass nor a msgspec.Struct")],
)
def test_a_key_without_a_text_is_a_breach(schema: Any, said: str) -> None:
    class Silent(Plugin):
        name = "silent"
        Config = schema

    [(clause, message)] = broken(Silent, clauses=["configuration"])
    assert (clause, message[: len(said)]) == ("configuration", said)


def test_keys_of_a_struct_are_looked_at_too() -> None:
    import msgspec

    class Keys(msgspec.Struct):
        size: int = 1

    class Struct(Plugin):
        name = "struct"
        Config = Keys

    assert [clause for clause, _ in broken(Struct, clauses=["configuration"])] == ["configuration"]


@pytest.mark.parametrize("version", [1, "1.0", (1,), (1, "0"), [1, 0]])
def test_a_version_that_is_no_pair_of_numbers_is_a_breach(version: Any) -> None:
    class Odd(Plugin):
        name, api = "odd", version

    assert f"its api is {version!r}: write api = (1, 0), two whole numbers" in [
        message for _, message in broken(Odd, clauses=["api"])
    ]


def test_a_hook_that_is_newer_than_said_is_a_breach(monkeypatch: pytest.MonkeyPatch) -> None:
    class Old(Plugin):
        name, api = "old", (1, 0)

        @hookimpl
        def kernel_layers(self) -> None: ...

    assert broken(Old, clauses=["api"]) == []
    monkeypatch.setattr(Specs.kernel_layers, "since", (1, 1))
    (breach,) = broken(Old, clauses=["api"])
    assert breach[1].startswith(
        "plugin 'old': hook 'kernel_layers' is there since hook API 1.1, and it says api 1.0 at"
    )
    assert breach[1].endswith("write api = (1, 1), so that an older kernel refuses it in plain words")


def test_what_is_taken_by_the_standard_plugins_is_a_breach() -> None:
    class Taker(Plugin):
        name = "taker"

        @hookimpl
        def kernel_configure(self, kernel: Any) -> None:
            kernel.provide("errors", 1)

    [(_, message)] = broken(Taker, clauses=["conflicts"])
    assert message.startswith("service 'errors' is provided by 'errors' (asgi-kernel ")
    assert " and by 'taker' (" in message
    assert [clause for clause, _ in broken(Taker, clauses=["lifespan"])] == []


def test_a_need_that_is_not_required_is_a_breach() -> None:
    class Needy(Plugin):
        name = "needy"
        after = ("templating",)

        @hookimpl
        def kernel_layers(self, kernel: Any) -> Layer:
            return Layer("needy", before_request=kernel.service("templates"))

    [(clause, message)] = broken(Needy, clauses=["conflicts", "soft dependencies"])
    assert clause == "soft dependencies"
    assert "no active plugin provides 'templates'" in message


def test_a_hook_of_a_plugin_that_is_not_required_is_a_breach_that_names_it() -> None:
    class Coded(Plugin):
        name = "coded"

        @hookimpl
        def kernel_errors(self) -> None: ...

    [(_, message)] = broken(Coded, clauses=["soft dependencies"])
    assert message.startswith("with nothing but what it requires: hook 'kernel_errors' does not exist at ")
    assert message.endswith(": add 'errors' to requires, or write @hookimpl(optionalhook=True)")
    Coded.requires = ("errors",)
    assert broken(Coded, clauses=["soft dependencies"]) == []


def test_a_lifespan_that_can_be_entered_only_once_is_a_breach() -> None:
    hooks, lives = Hooks(), []

    @hooks.event("startup")
    def start() -> None:
        lives.append(1)
        if len(lives) % 2 == 0:
            raise RuntimeError("again?")

    found = broken(App(name="once", hooks=[hooks]), clauses=["lifespan"])
    assert [message.partition(":")[0] for _, message in found] == ["on asyncio", "on trio"]
    assert "again?" in found[0][1]


def test_only_what_is_installed_of_event_loops_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kernel_testing.clauses.find_spec", lambda name: None)
    hooks = Hooks()
    hooks.event("startup")(lambda: 1 / 0)

    assert len(broken(App(name="never", hooks=[hooks]), clauses=["lifespan"])) == 1


def test_a_package_without_py_typed_is_a_breach(module: Callable[..., str]) -> None:
    [(_, message)] = broken(module(typed=False), clauses=["import", "entry point", "types"])

    assert message.endswith("has no py.typed beside its __init__.py")


def test_a_name_that_two_distributions_claim_is_a_breach() -> None:
    from dataclasses import replace

    one = subject("errors")
    twice = replace(one, installed=(*one.installed, Member("errors", "plugin", "other:Errors", "other", "1.0")))
    assert breaches(twice, ["entry point"])[0].message.startswith("'errors' is claimed by ")


def test_a_plugin_that_has_another_name_than_its_entry_point_is_a_breach() -> None:
    from dataclasses import replace

    alias = replace(subject("errors"), name="alias")
    assert [one.message for one in breaches(alias, ["entry point"])] == [
        "its name is 'errors', that of its entry point 'alias'"
    ]


def test_a_clause_that_fails_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CLAUSES, "hooks", lambda one: 1 / 0)  # type: ignore[arg-type]  # a mapping that is a dict

    assert broken("errors", clauses=["hooks"]) == [("hooks", "ZeroDivisionError: division by zero")]


def test_what_is_required_is_found_through_capabilities_too() -> None:
    class Wants(Plugin):
        name = "wants"
        requires = ("orm>=0", "cap:paint", "nobody")

    class Gives(Plugin):
        provides = ("paint",)

    from dataclasses import replace

    one = subject(Wants)
    paint = Member("paint", "plugin", f"{__name__}:Gives", standard=True)
    sys.modules[__name__].Gives = Gives  # type: ignore[attr-defined]  # as if it were installed
    known = replace(one, installed=(*one.installed, paint))
    assert {"orm", "settings", "outcomes", "paint", "router"} <= set(needed(known))
    assert owners(one, ["orm", "errors"]) == {"database", "errors", "wants"}


def test_the_probe_tells_what_an_import_raises_and_brings(module: Callable[..., str]) -> None:
    target = module("import colorsys\n1 / 0")
    sys.modules.pop("colorsys", None)
    found = looked(target)

    assert found["failure"] == "ZeroDivisionError: division by zero"
    assert "colorsys" in found["modules"]
    text = "import socket, threading\nsocket.socket().close()\nthreading.Thread(target=int).start()"
    assert {"opens a socket", "starts a thread"} <= set(looked(module(text))["effects"])  # others share this process
    assert looked(module().partition(":")[0])["failure"] == ""
    assert "has no attribute" in looked(f"{module()}x")["failure"]


def test_reading_is_no_effect() -> None:
    assert effect("open", ("file", "r", 0)) == ""
    assert effect("open", ("file", "w", None)) == ""
    assert effect("import", ()) == ""
    assert effect("open", ("file", None, os.O_WRONLY)) == "writes the file 'file'"


def test_a_variable_that_goes_is_a_change() -> None:
    import logging

    assert changed({"A": "1"}, {}, list(logging.getLogger().handlers)) == ["changes the environment variable A"]
    assert changed({}, {}, [object()]) == ["adds a handler to the root logger"]

"""What a plugin uses that is newer than it says, or deprecated, is a warning; what it may use is none."""

from typing import Any

import pytest
from kernel_compat.specification import Specification, specifications
from kernel_compat.usage import declares, uses
from kernel_testing import make_kernel

from kernel import App, Layer, Plugin, hookimpl, hookspec
from kernel.hookspecs import Specs


class Old(Plugin):
    """Says 1.0."""

    name, api = "old", (1, 0)

    @hookimpl
    def kernel_layers(self, kernel: Any) -> list[Layer]:
        return []


class Current(Old):
    """Says 1.1."""

    name, api = "current", (1, 1)


class Silent(Plugin):
    """Says nothing."""

    name = "silent"
    kernel_layers = Old.kernel_layers


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the hook API 1.1, which has `kernel_layers` and the argument `kernel_routes(kernel)` first."""
    monkeypatch.setattr("kernel.boot.selection.API", (1, 1))
    monkeypatch.setattr(Plugin, "api", (1, 1))
    monkeypatch.setattr(Specs.kernel_layers, "since", (1, 1))
    monkeypatch.setattr(Specs.kernel_routes, "since_args", {"kernel": (1, 1)})


def warnings(*plugins: Any, apps: Any = ()) -> list[tuple[str, str, str]]:
    found = make_kernel(plugins, apps).boot().problems
    return [(one.id, one.message, one.hint) for one in found if one.id.startswith("api.")]


def test_what_is_as_old_as_a_plugin_says_is_no_finding() -> None:
    assert warnings(Old, Silent, apps=[App(routes=())]) == []


@pytest.mark.usefixtures("later")
def test_a_hook_that_is_newer_than_a_plugin_says_is_a_warning() -> None:
    message = "plugin 'old': hook 'kernel_layers' is there since hook API 1.1, and it says api 1.0"
    hint = "write api = (1, 1), so that an older kernel refuses it in plain words"

    assert warnings(Old, Current, Silent) == [("api.newer", message, hint)]


@pytest.mark.usefixtures("later")
def test_the_finding_says_where() -> None:
    (problem,) = [one for one in make_kernel([Old]).problems if one.id == "api.newer"]

    assert (problem.level, problem.where.partition(":")[0]) == ("warning", __file__)


@pytest.mark.usefixtures("later")
def test_an_argument_that_is_newer_is_a_warning_for_those_who_take_it() -> None:
    class Taking(Plugin):
        name, api = "taking", (1, 0)

        @hookimpl
        def kernel_routes(self, kernel: Any) -> None: ...

    class Leaving(Plugin):
        name, api = "leaving", (1, 0)

        @hookimpl
        def kernel_routes(self) -> None: ...

    (told,) = warnings(Taking, Leaving)
    assert told[1].startswith("plugin 'taking': argument 'kernel_routes(kernel)' is there since hook API 1.1")


@pytest.mark.usefixtures("later")
def test_an_app_may_say_its_version_too() -> None:
    app = App(name="shop", layers=[], api=(1, 0))

    assert warnings(apps=[app]) == []  # a layer of an app is an option, no hook
    assert declares(app)
    assert not declares(App())


def test_what_is_deprecated_is_a_warning_that_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(vars(Specs.kernel_routes)["kernel_spec"], "warn_on_impl", DeprecationWarning("use kernel_ways"))
    app = App(name="shop", routes=())
    kernel = make_kernel([], [app])
    with pytest.warns(DeprecationWarning, match="use kernel_ways"):
        kernel.boot()

    told = [(one.message, one.hint, one.where) for one in kernel.problems if one.message.startswith("app")]
    assert told == [("app 'shop': hook 'kernel_routes' is deprecated", "use kernel_ways", app.where)]


def test_a_deprecated_argument_is_one_for_those_who_take_it(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = {"kernel": DeprecationWarning("take the plan")}
    monkeypatch.setitem(vars(Specs.kernel_layers)["kernel_spec"], "warn_on_impl_args", gone)
    kernel = make_kernel([Old], standard=False)
    with pytest.warns(DeprecationWarning, match="take the plan"):
        kernel.boot()
    (use,) = [use for use in uses(kernel, specifications(kernel)) if use.instead]

    assert (use.name, use.instead, use.specification.deprecated) == ("kernel_layers(kernel)", "take the plan", True)


def test_where_warnings_are_errors_a_deprecated_hook_fails_the_boot_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(vars(Specs.kernel_layers)["kernel_spec"], "warn_on_impl", DeprecationWarning("gone"))
    kernel = make_kernel([Old], standard=False)

    assert [one.message for one in kernel.problems] == ["plugin 'old': the boot failed: DeprecationWarning: gone"]


class Foreign:
    """Hooks of a stranger, counted in the versions of that plugin."""

    @hookspec(since=(7, 3))
    def kernel_paint(self) -> None:
        """Paint."""

    def helper(self) -> None: ...


def test_hooks_of_another_plugin_are_counted_in_its_own_versions() -> None:
    class Painter(Plugin):
        name, specs = "painter", (Foreign,)

    class Red(Plugin):
        name, api = "red", (1, 0)

        @hookimpl
        def kernel_paint(self) -> None: ...

    kernel = make_kernel([Painter, Red])
    (use,) = [use for use in uses(kernel, specifications(kernel)) if use.name == "kernel_paint"]
    assert (use.since, use.newer, use.specification.ours, use.specification.owner) == ((7, 3), False, False, "painter")
    assert [one for one in kernel.problems if one.id.startswith("api.")] == []


def test_a_specification_that_does_not_say_is_there_from_the_beginning() -> None:
    class Bare:
        @hookspec
        def kernel_bare(self) -> None:
            """Say nothing."""

    assert Specification("kernel_bare", "kernel", True, Bare.kernel_bare).since() == (1, 0)


def test_specifications_of_our_own_plugins_count_as_the_hook_api() -> None:
    known = {one.name: (one.owner, one.ours, one.firstresult) for one in specifications(make_kernel())}

    assert known["kernel_bind"] == ("kernel", True, True)
    assert known["kernel_models"] == ("orm", True, False)


def test_an_object_without_attributes_declares_nothing() -> None:
    class Slotted:
        __slots__ = ()

    assert not declares(Slotted())

"""The hooks of one boot: pluggy keeps and validates them, this room words what is wrong.

pluggy is never called while a request runs. Hooks are called one by one here, so that every
answer keeps the name of its plugin, and a hook that fails is a finding instead of the end.
"""

import inspect
from collections.abc import Iterable, Iterator
from time import perf_counter
from traceback import walk_tb
from types import SimpleNamespace
from typing import Any

import pluggy

from kernel.errors import BootError, Findings, KernelError, Problem, did_you_mean
from kernel.hookspecs import hookimpl
from kernel.layers import OPTION_NAMES, where
from kernel.plugin import App, Plugin


class Manager(pluggy.PluginManager):
    """Looks for hooks where there may be some: what is slow to look at, every object has."""

    def parse_hookimpl_opts(self, plugin: Any, name: str) -> Any:
        """Return the options of a hook; None for other attributes."""
        return None if name[:2] == "__" or hasattr(Plugin, name) else super().parse_hookimpl_opts(plugin, name)


class Registry:
    """Specifications, registered plugins and their answers; `specs` maps hooks to arguments.

    `asked` is the plugin whose turn it is, `spent` maps plugins to the seconds that their turns took.
    """

    def __init__(self) -> None:
        self._manager, self.specs, self.problems = Manager("kernel"), dict[str, tuple[str, ...]](), Findings()
        self.booting, self.asked, self.spent, self._since = True, "", dict[str, float](), perf_counter()

    def turn(self, name: str) -> str:
        """Have what follows count as done by plugin *name*; return whose turn it was."""
        before, self.asked, now = self.asked, name, perf_counter()
        self.spent[before], self._since = self.spent.get(before, 0.0) + now - self._since, now
        return before

    def specify(self, owner: str, specs: type) -> None:
        """Add the hook specifications of one class, in the name of *owner*."""
        for name, function in inspect.getmembers(specs, inspect.isfunction):
            if name in self.specs:
                message = f"plugin '{owner}': hook '{name}' exists already"
                return self.problems.error("hook.duplicate", message, "rename it", where(function))
            if self._manager.parse_hookspec_opts(specs, name) is not None:
                self.specs[name] = tuple(inspect.signature(function).parameters)[1:]
        self._manager.add_hookspecs(specs)

    def register(self, name: str, plugin: Any) -> None:
        """Check the hooks of *plugin* and register it; pluggy calls the last one first."""
        answering, known = self._answering(name, plugin) if isinstance(plugin, App) else plugin, len(self.problems)
        for hook in [one for one in dir(answering) if one[:7] == "kernel_" and callable(getattr(answering, one))]:
            self._check(f"plugin '{name}': hook '{hook}'", hook, getattr(answering, hook), answering)
        if len(self.problems) == known:
            self._manager.register(answering, name)

    def _answering(self, name: str, app: App) -> SimpleNamespace:
        """Return hooks that answer with the keywords of *app*."""
        known = [spec.removeprefix("kernel_") for spec in self.specs]
        for keyword in sorted(app.answers.keys() - set(known)):
            hint = f"mend it, or switch on the plugin that specifies 'kernel_{keyword}' in [plugins] active"
            message = f"app '{name}': no active plugin specifies '{keyword}='"
            message += did_you_mean(keyword, [*known, *OPTION_NAMES])
            self.problems.error("app.keyword", message, hint, app.where)
        given = {f"kernel_{one}": constant(answer, app.where) for one, answer in app.answers.items() if one in known}
        own = {hook: getattr(app, hook) for hook in dir(app) if hook.startswith("kernel_")}
        # the name makes it unequal to other namespaces, which pluggy would take for the same plugin
        return SimpleNamespace(name=name, **given, **own)

    def _check(self, blame: str, hook: str, function: Any, plugin: Any) -> None:
        """Note what is wrong with one hook implementation."""
        options, place, offered = self._manager.parse_hookimpl_opts(plugin, hook), where(function), self.specs.get(hook)
        if options is None or (offered is None and not options["optionalhook"]):
            kind, what = ("undecorated", "is not decorated") if options is None else ("unknown", "does not exist")
            guess = "" if hook in self.specs else did_you_mean(hook, self.specs)
            hint = "add @hookimpl, or rename it" if options is None else "" if guess else "switch on its plugin"
            return self.problems.error(f"hook.{kind}", f"{blame} {what}{guess}", hint, place)
        for argument in sorted(set(inspect.signature(function).parameters) - set(offered or ())):
            message = f"{blame} has no argument '{argument}'{did_you_mean(argument, offered or ())}"
            self.problems.error("hook.argument", message, f"it offers: {', '.join(offered or ()) or 'none'}", place)
        if inspect.iscoroutinefunction(function) or options["wrapper"] or options["hookwrapper"]:
            hint = "make it a plain def that returns the answer; what it returns may be async"
            self.problems.error("hook.async", f"{blame} is asked at boot: neither async nor a wrapper", hint, place)

    def implementations(self, hook: str, only: str = "") -> list[tuple[str, Any, Any]]:
        """Return (plugin name, function, argument names) in calling order, of all plugins or *only* of one."""
        found = getattr(self._manager.hook, hook).get_hookimpls()[::-1]
        return [(one.plugin_name, one.function, one.argnames) for one in found if only in ("", one.plugin_name)]

    def collect(self, hook: str, only: str = "", kind: Any = None, **arguments: Any) -> Iterator[tuple[str, Any]]:
        """Yield (plugin, answer) of every implementation in order; a failing one is a finding.

        With *kind* an answer may be one of that, or iterables of some in any depth, and is yielded as a list.
        """
        if hook not in self.specs:
            raise LookupError(f"no active plugin specifies the hook '{hook}'{did_you_mean(hook, self.specs)}")
        for name, function, names in self.implementations(hook, only):
            before, answer = self.turn(name), None
            try:
                told = function(*[arguments[argument] for argument in names])
                answer = flattened(told, kind) if kind and told is not None else told
            except Exception as error:  # whatever a plugin raises is its finding
                message = f"plugin '{name}': hook '{hook}' failed: {blame(error)}"
                if not self.booting:
                    raise KernelError(message) from error
                found = Problem("hook.failed", "error", message, "mend it there", innermost(error) or where(function))
                self.problems += error.problems if isinstance(error, BootError) else [found]
            self.turn(before)
            if answer is not None:
                yield name, answer

    def first(self, hook: str, **arguments: Any) -> tuple[str, Any] | None:
        """Return the first (plugin, answer) that is not None."""
        return next(self.collect(hook, **arguments), None)


def flattened(answer: Any, kind: Any) -> list[Any]:
    """Return those of *kind* in an answer: one, or iterables of some in any depth.

    Raises:
        TypeError: something in it is neither.
    """
    if not isinstance(answer, kind) and (isinstance(answer, str) or not isinstance(answer, Iterable)):
        raise TypeError(f"{answer!r} is no {kind.__name__}")
    return [answer] if isinstance(answer, kind) else [one for part in answer for one in flattened(part, kind)]


def constant(answer: Any, place: str = "") -> Any:
    """Return a hook that answers the same every time and was declared at *place*."""
    hook = hookimpl(lambda: answer)
    hook.where = place  # type: ignore[attr-defined]  # as declarations have it
    return hook


def blame(error: BaseException) -> str:
    """Return "Type: message" of an exception."""
    return f"{type(error).__name__}: {error}"


def innermost(error: BaseException) -> str:
    """Return "file:line" of the last frame outside the kernel, or where a source file does not parse."""
    if isinstance(error, SyntaxError):
        return f"{error.filename}:{error.lineno}"
    traced = [(f.f_code.co_filename, line, f.f_globals.get("__name__", "")) for f, line in walk_tb(error.__traceback__)]
    places = [f"{file}:{line}" for file, line, module in traced if not module.startswith(("importlib.", "kernel."))]
    return places[-1] if places else ""

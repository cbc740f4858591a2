"""From a dotted path in the configuration to an instance: import, validate its section, construct."""

import inspect
from collections.abc import Iterator
from dataclasses import field, make_dataclass
from typing import Any

from kernel.boot.discovery import load
from kernel.boot.registry import blame, constant, innermost
from kernel.errors import Findings, Problem, did_you_mean
from kernel.layers import where
from kernel.types import Application
from kernel_middlewares.middleware import METHODS, Middleware

SECTION = "middlewares"
WORD = inspect.Parameter.KEYWORD_ONLY


class Loader:
    """Makes the middlewares of one kernel; what is wrong goes to `problems`, with its place in the configuration."""

    def __init__(self, kernel: Application) -> None:
        self._kernel, self.problems = kernel, Findings()
        self.place = kernel.config.origin(SECTION, "active") or f"[{SECTION}] active"
        self._sections: dict[str, str] = dict.fromkeys(kernel.service("schemas"), "a plugin")

    def load(self, paths: tuple[str, ...]) -> dict[str, Middleware]:
        """Return the instances by dotted path, in order."""
        found: dict[str, Middleware] = {}
        for path in [path.replace(":", ".") for path in paths]:
            if path in found:
                self._error("duplicate", f"middleware '{path}' stands twice", "drop one of the two")
            elif kind := self._imported(path):
                instance = self._made(path, kind)
                if instance:
                    self.problems += wrong_methods(path, instance)
                    found[path] = instance
        return found

    def _error(self, kind: str, message: str, hint: str) -> None:
        self.problems.error(f"middleware.{kind}", message, hint, self.place)

    def _imported(self, path: str) -> type[Middleware] | None:
        module, _, name = path.rpartition(".")
        if not module:
            self._error("import", f"middleware '{path}' has no module", "write package.module.Class")
            return None
        try:
            kind = load(f"{module}:{name}")
        except LookupError as error:
            message = f"middleware '{path}' cannot be found: {error.args[0]}{nearest(module, name)}"
            self._error("import", message, "mend [middlewares] active: package.module.Class")
            return None
        except Exception as error:  # whatever a stranger's module raises
            self._error("import", f"middleware '{path}' cannot be imported: {blame(error)}", f"see {innermost(error)}")
            return None
        if not (isinstance(kind, type) and issubclass(kind, Middleware)):
            hint = "derive it from kernel_middlewares.Middleware; an ASGI middleware goes into process_application"
            self._error("class", f"middleware '{path}' is {kind!r}, which is no Middleware class", hint)
            return None
        return kind

    def _made(self, path: str, kind: type[Middleware]) -> Middleware | None:
        section = kind.section or f"{SECTION}.{kind.__name__}"
        taken = self._sections.setdefault(section, path)
        if taken != path:
            self._error(
                "section", f"middleware '{path}': section [{section}] belongs to {taken}", "set another section"
            )
            return None
        known = len(self.problems)
        try:
            arguments = self._arguments(section, kind)
            return kind(**arguments) if len(self.problems) == known else None
        except Exception as error:  # whatever its constructor raises
            self._error("failed", f"middleware '{path}' cannot be made: {blame(error)}", f"see {innermost(error)}")
            return None

    def _arguments(self, section: str, kind: type[Middleware]) -> dict[str, Any]:
        """Return what the constructor is called with, as the section says."""
        if kind.Config:
            return {"config": self._validated(section, kind.Config)}
        plain = kind.__init__ is Middleware.__init__
        parameters = [] if plain else list(inspect.signature(kind, eval_str=True).parameters.values())
        if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
            words = [key.replace("-", "_") for key in self._kernel.config.get(section, {})]
            named = {parameter.name: parameter for parameter in parameters[:-1]}
            parameters = list(({word: inspect.Parameter(word, WORD) for word in words} | named).values())
        if not parameters and section not in self._kernel.config:
            return {}
        settings = self._validated(section, schema(kind.__name__, parameters))
        return {} if settings is None else vars(settings)

    def _validated(self, section: str, kind: type) -> Any:
        arguments = {"config": self._kernel.config, "section": section, "schema": kind, "problems": self.problems}
        return next((answer for _, answer in self._kernel.collect("kernel_settings", **arguments)), None)


def schema(name: str, parameters: list[inspect.Parameter]) -> type:
    """Return the parameters of a constructor as a dataclass, to validate a section against."""
    fields = []
    for one in parameters:
        kind = Any if one.annotation is one.empty else one.annotation
        default = field() if one.default is one.empty else field(default_factory=constant(one.default))
        fields.append((one.name, kind, default))
    return make_dataclass(name, fields, kw_only=True)


def nearest(module: str, name: str) -> str:
    """Return the middleware of *module* that *name* may be a slip of, if the module exists."""
    try:
        things = vars(load(module))
    except LookupError:
        return ""
    return did_you_mean(name, [key for key, one in things.items() if isinstance(one, type)])


def wrong_methods(path: str, instance: Middleware) -> Iterator[Problem]:
    """Yield methods that cannot be called with what they are given, and an application that would have to wait."""
    for name, count in METHODS.items():
        function = getattr(instance, name)
        try:
            inspect.signature(function).bind(*range(count))
        except TypeError as error:
            message = f"middleware '{path}': {name} cannot be called: {error}"
            hint = "an instance method takes self first; without self it is a @staticmethod"
            yield Problem("middleware.method", "error", message, hint, where(function))
        if name == "process_application" and inspect.iscoroutinefunction(function):
            message = f"middleware '{path}': process_application is called at boot, where nothing can wait"
            yield Problem("middleware.method", "error", message, "make it a plain def", where(function))

"""Plugin, and App: a plugin whose keyword arguments are its hook answers."""

from collections.abc import Sequence
from typing import Any

from kernel.layers import OPTION_NAMES, Options, as_tuple, caller

# Version of the hook specifications: a plugin's major must be equal, its minor not above.
API = (1, 0)


class Plugin:
    """A base class that names what the kernel reads from a plugin; any object may have these.

    `name` and `section` default to the name of the entry point. `requires` is hard: a name
    ("orm"), a version ("orm>=2") or a capability ("cap:session"). `after` and `before` are soft.
    `api` is the version of the hook API it was written for: a kernel of another major, or of a
    lower minor, refuses it.
    `Config` is a dataclass or msgspec.Struct, the schema of the section. `specs` are classes of
    hook specifications this plugin asks others.
    """

    name = section = ""
    requires: Sequence[str] = ()
    after = before = provides = requires
    api: tuple[int, int] = API
    Config: type | None = None
    specs: Sequence[type] = ()


class App(Plugin):
    """An installable part of a project: `App(x=...)` answers the hook `kernel_x`.

    The options of `kernel.layers.Options` hold for all its routes; `prefix` goes before their
    paths. `api`, `requires`, `after`, `before` and `provides` are those of `Plugin`. A keyword that no
    active plugin specifies is refused at boot.
    """

    def __init__(self, *, prefix: str = "", **keywords: Any) -> None:
        self.where, self.prefix, self.name = caller(), prefix, keywords.pop("name", "")
        names = {"api", "requires", "after", "before", "provides"} & keywords.keys()
        vars(self).update({name: as_tuple(keywords.pop(name)) for name in names})
        self.options = Options.parse("App", {key: keywords.pop(key) for key in OPTION_NAMES & keywords.keys()})
        self.answers = keywords

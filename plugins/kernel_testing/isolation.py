"""Kernels that know nothing of what else happens to be installed."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kernel import Kernel
    from kernel.boot.plan import Member


def make_kernel(
    plugins: Iterable[Any] = (),
    apps: Iterable[Any] = (),
    config: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    standard: bool = True,
) -> "Kernel":
    """Return a kernel of its own that reads no file; boot, start or serve it as any other.

    Args:
        plugins: plugin objects or classes to test.
        apps: App objects.
        config: sections of config.ini; [plugins] and [apps] may name what asgi-kernel brings.
        standard: activate the standard plugins; without them nothing is discovered at all.
    """
    from kernel import Kernel

    sections = {name: dict(keys) for name, keys in (config or {}).items()}
    sections["plugins"] = {"active": "standard" if standard else "", **sections.get("plugins", {})}
    return Kernel(sections, plugins=tuple(plugins), apps=tuple(apps), discover=ours if standard else refuse)


@cache
def ours() -> "tuple[Member, ...]":
    """Return what asgi-kernel itself brings; a stranger's plugins stay unseen."""
    from kernel.boot.discovery import scan

    return tuple(one for one in scan() if one.distribution.lower().replace("_", "-") == "asgi-kernel")


def refuse() -> "Iterable[Member]":
    """Refuse to look at what is installed.

    Raises:
        BootError: always.
    """
    from kernel import Problem
    from kernel.errors import BootError

    message = "make_kernel: [plugins] or [apps] names something, and discovery is refused with standard=False"
    hint = "hand it over as plugins=[...] or apps=[...]"
    raise BootError([Problem("testing.discovery", "error", message, hint)])

"""The configuration as pages: every section and key, and every limit, in Markdown."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin

from kernel_settings import Count, Duration, Secret, Size
from kernel_settings.plugin import KERNEL

from kernel import Kernel
from kernel.boot.discovery import load, scan
from kernel.boot.plan import Member
from kernel_admin.provenance import section
from kernel_admin.schema import LISTS, Key, described, keys
from kernel_admin.version import DISTRIBUTION

WORDS: Mapping[Any, str] = {
    bool: "yes or no",
    int: "number",
    float: "number",
    str: "text",
    Path: "path",
    Secret: "secret",
    Count: "number, or `unlimited`",
    Size: "size",
    Duration: "duration",
}
REFERENCE = """# Every key of config.ini

How values are written, and where else they may come from: [configuration](../configuration.md). Sizes and
durations have units, `10MiB` and `30s`; a list is one item a line, or separated by commas. A value outside its
bounds, and a key that is not here, is told with file and line, and the project does not start.

`kernel config reference` prints this page for a project, with the plugins that run in it;
`kernel config reference --all > docs/reference/configuration.md` wrote it."""
LIMITS = """# Limits

What one request, one client or one step may take before it is refused or ended, unless config.ini says otherwise.
In `[limits]` no `0` switches one off: write `unlimited`, of which `kernel check --deploy` warns; one that is far
above its default it tells too.

`kernel config reference --all --limits > docs/limits.md` wrote this page."""


class Section(NamedTuple):
    """A section, whose it is, its schema, and what has to be done before it counts."""

    name: str
    plugin: str
    schema: type
    condition: str = ""


def everything() -> list[Section]:
    """Return the sections of all plugins of asgi-kernel, those that have to be named too."""
    found = [Section(name, "", kind) for name, kind in KERNEL.items()]
    ours = {one.name: one for one in scan() if one.kind == "plugin" and one.distribution == DISTRIBUTION}
    for member in ours.values():  # each once, also where its metadata is found twice
        plugin = load(member.value)
        if getattr(plugin, "Config", None):
            active = "" if member.standard else f"; `{member.name}` has to be named in `[plugins] active`"
            name = section(Member(member.name, "plugin", plugin=plugin))
            found.append(Section(name, f"plugin `{member.name}`", plugin.Config, active))
    return sorted(found)


def of_project(project: Kernel) -> list[Section]:
    """Return the sections of the plugins and apps of a project."""
    owners = {section(member): member.name for member in project.plan.active if getattr(member.plugin, "Config", None)}
    schemas = described(project).items()
    return sorted(Section(name, f"plugin `{owners[name]}`" if name in owners else "", kind) for name, kind in schemas)


def reference(sections: Iterable[Section]) -> str:
    """Return the page of all keys."""
    parts = [REFERENCE]
    for one in sections:
        owner = f"Of the {one.plugin}{one.condition}.\n\n" if one.plugin else "Of the kernel itself.\n\n"
        rows = [(f"`{key.name}`", kind(key), shown(key.default), key.help) for key in keys(one.name, one.schema)]
        parts.append(f"## [{one.name}]\n\n{owner}{table(('key', 'type', 'default', 'meaning'), rows)}")
    return "\n\n".join(parts) + "\n"


def limits(sections: Iterable[Section]) -> str:
    """Return the page of the keys that limit something."""
    rows = []
    for key in [key for one in sections for key in keys(one.name, one.schema) if key.beyond]:
        what = f"**{key.beyond.status}**" if key.beyond and key.beyond.status else ""
        said = ", ".join(filter(None, (what, key.beyond.words if key.beyond else "")))
        rows.append((f"`[{key.section}] {key.name}`", shown(key.default), key.help, said))
    return f"{LIMITS}\n\n{table(('key', 'default', 'meaning', 'beyond it'), rows)}\n"


def table(heading: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a table in Markdown."""
    lines = [heading, tuple("---" for _ in heading), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def kind(key: Key) -> str:
    """Return what a key takes, in words."""
    return ", ".join(filter(None, (words(key.kind), str(key.bounds or ""))))


def words(hint: Any) -> str:
    """Return a type in words."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return " or ".join(f"`{one}`" if one != "" else "empty" for one in arguments)
    if origin in (Union, UnionType):
        return " or ".join(words(one) for one in arguments if one is not NoneType)
    if origin in LISTS:
        return "list"
    return WORDS.get(hint, str(getattr(hint, "__name__", hint)).lower())


def shown(default: Any) -> str:
    """Return a default as it is written in config.ini."""
    if isinstance(default, bool):
        return "`yes`" if default else "`no`"
    if isinstance(default, LISTS):
        default = ", ".join(map(str, default))
    if isinstance(default, (Size, Duration)):
        default = next(measured(default))
    return f"`{default}`" if default not in (None, "") else ""


def measured(amount: float) -> Iterator[str]:
    """Yield an amount with its units, the largest first that leaves no rest."""
    size = isinstance(amount, Size)
    for unit, factor in (("GiB", 1024**3), ("MiB", 1024**2), ("KiB", 1024)) if size else (("h", 3600), ("m", 60)):
        if amount >= factor and amount % factor == 0:
            yield f"{amount / factor:g}{unit}"
    yield f"{amount:g}" if size else f"{amount:g}s" if amount >= 1 or not amount else f"{amount * 1000:g}ms"

"""Safe mode: a project that cannot boot, booted again without what is to blame."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from kernel_settings.plugin import KERNEL
from kernel_settings.sections import validate

from kernel import Kernel, Plugin, hookimpl
from kernel.boot.config import Config, items, locate
from kernel.boot.discovery import scan
from kernel.boot.plan import Member
from kernel.errors import Findings

SELECTING = ("plugins", "apps")


class Lenient(Plugin):
    """Takes values that do not fit out of the configuration, before anybody validates it."""

    name = "lenient"

    @hookimpl(tryfirst=True)
    def kernel_settings(self, config: Config, section: str, schema: type) -> None:
        """Abstain, but leave only what fits."""
        for name, own in {**KERNEL, section: schema}.items():
            if name in config:
                config[name] = fitting(config[name], own)


def fitting(given: Mapping[str, Any], schema: type) -> dict[str, Any]:
    """Return the keys of a section that fit; none if they do not fit together."""
    texts = wrong(given, schema)
    unfit = {key for key in given for text in texts if text.startswith((f"[it] {key}:", f"[it] has no key '{key}'"))}
    kept = {key: value for key, value in given.items() if key not in unfit}
    return {} if wrong(kept, schema) else kept


def wrong(given: Mapping[str, Any], schema: type) -> list[str]:
    """Return what is said against a section."""
    problems = Findings()
    validate(Config({"it": given}), "it", schema, problems)
    return [problem.message for problem in problems]


def without(project: Kernel, *plugins: Plugin) -> tuple[Kernel, list[str]]:
    """Return the project without what is broken and with *plugins*, and the names of the members left out."""
    out: dict[str, Member] = {}
    again, more = project, blamed(project)
    while True:
        out |= more
        with environment({**blanks(project), **selection(project.config, list(out.values()))}):
            again = Kernel(lambda: locate()[0], plugins=[*plugins, Lenient()])
            again.booted  # noqa: B018  # boots while the variables are set
        more = {} if again.booted.compiled else blamed(again)
        if more.keys() <= out.keys():
            return again, list(out)


def blamed(project: Kernel) -> dict[str, Member]:
    """Return the active members that an error names."""
    return {member.name: member for member in project.plan.active if complaint(project, member)}


def complaint(project: Kernel, member: Member) -> str:
    """Return the first error that names a member, or nothing."""
    names = (f"plugin '{member.name}'", f"app '{member.name}'")
    found = (one.message for one in project.problems if one.level == "error" and one.message.startswith(names))
    return next(found, "")


def selection(config: Config, out: list[Member]) -> dict[str, str]:
    """Return the variables that keep *out* out, and whatever cannot be imported."""
    plugins, apps = config.get("plugins", {}), items(config.get("apps", {}).get("active", ()))
    gone = {name for member in out for name in aliases(member)}
    blocked = [*items(plugins.get("blocked", ())), *gone]
    variables = {"KERNEL__PLUGINS__ON_ERROR": "disable", "KERNEL__PLUGINS__BLOCKED": ",".join(blocked)}
    return variables | {"KERNEL__APPS__ACTIVE": ",".join(name for name in apps if name not in gone)}


def aliases(member: Member) -> set[str]:
    """Return the words that may stand for a member in the configuration."""
    names = {member.name, member.name.removeprefix("app:"), member.value}
    names |= {member.value.removesuffix(end) for end in (":app", ".main:app")}
    return names | {one.name for one in scan() if (one.kind, one.value) == (member.kind, member.value)}


def blanks(project: Kernel) -> dict[str, str]:
    """Return variables that empty the keys at which errors stand: references that cannot be read, say."""
    places = {problem.where for problem in project.problems if problem.level == "error"}
    keys = [(section, key) for (section, key), place in project.config.origins.items() if key and place in places]
    return {f"KERNEL__{section}__{key}".upper(): "" for section, key in keys if section not in SELECTING}


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables for the block."""
    before = {name: os.environ[name] for name in variables if name in os.environ}
    os.environ |= variables
    try:
        yield
    finally:
        for name in variables:
            del os.environ[name]
        os.environ |= before

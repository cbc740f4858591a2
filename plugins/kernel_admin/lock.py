"""`kernel plugins lock|verify|requirements`: write down what the project runs with, and refuse what differs."""

import json
import os
import sys
from collections.abc import Iterator

import click

from kernel import Kernel, Problem
from kernel.boot.discovery import scan
from kernel_admin import locking, records
from kernel_admin.check import report
from kernel_admin.project import safe, strict
from kernel_admin.switch import write
from kernel_admin.tables import as_json, dump, short


@click.command()
def lock() -> None:
    """Write down what the project runs with, in plugins.lock beside config.ini.

    Each plugin and app with its target, distribution, version, the hash of its RECORD, its hooks and
    the hash of its configuration schema. `kernel run --locked` starts with nothing else.
    """
    os.environ.pop(locking.VARIABLE, None)
    written = locking.written(strict(), scan())
    path = locking.path()
    write(path, json.dumps(written, indent=2) + "\n")
    loose = sorted({row["distribution"] for row in written["plugins"] if row["distribution"] and not row["record"]})
    click.echo(f"{short(str(path))}: {len(written['plugins'])} plugins and apps")
    for name in loose:
        click.echo(f"warning: '{name}' has no RECORD, so changes of its files will not be seen", err=True)


@click.command()
@as_json
def verify(as_json: bool) -> None:
    """Refuse what differs from plugins.lock; exits 1 and says what.

    Looks at more than a locked boot does: each file of each distribution is compared with its RECORD.
    """
    os.environ.pop(locking.VARIABLE, None)
    held = locking.read()
    found = [*locking.distributions(held), *locking.unlocked(held), *altered(held)]
    if not found:
        found = list(locking.differences(held, locking.written(strict(), scan())))
    report(found, as_json)
    sys.exit(1 if found else 0)


def altered(held: locking.Row) -> Iterator[Problem]:
    """Yield the files of locked distributions that are not what their RECORD says."""
    for name in dict.fromkeys(row["distribution"] for row in held["plugins"] if row["distribution"]):
        for folder in list(records.folders(name))[:1]:
            for file in records.altered(folder):
                message = f"distribution '{name}': '{file}' is not what was installed"
                yield locking.problem(
                    "altered", message, f"pip install --force-reinstall {name}", str(folder.parent / file)
                )


@click.command()
@as_json
def requirements(as_json: bool) -> None:
    """Print what has to be installed for the plugins and apps that run, as pip reads it."""
    found = list(required(safe()))
    if as_json:
        dump([{"distribution": name, "version": version, "requirement": line} for name, version, line in found])
    else:
        click.echo("\n".join(line for _, _, line in found) or "# nothing that runs was installed")


def required(project: Kernel) -> Iterator[tuple[str, str, str]]:
    """Yield (distribution, version, line) in the order of the alphabet; what came from elsewhere names its place."""
    from importlib_metadata import distribution

    for name, version in sorted({(one.distribution, one.version) for one in project.plan.active if one.distribution}):
        origin = distribution(name).origin
        url = getattr(origin, "url", "")
        editable = getattr(getattr(origin, "dir_info", None), "editable", False)
        line = f"{name} @ {url}" if url else f"{name}=={version}"
        yield name, version, f"-e {url.removeprefix('file://')}" if editable else line

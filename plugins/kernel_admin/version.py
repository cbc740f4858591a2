"""`kernel version`: what is in use, ready to be pasted into a report."""

import platform
from typing import Any

import click
from importlib_metadata import PackageNotFoundError, requires, version as installed
from packaging.requirements import Requirement

from kernel_admin.tables import as_json, dump

DISTRIBUTION = "asgi-kernel"


@click.command()
@click.option("--verbose", "-v", is_flag=True, help="Also tell Python, the platform and every dependency.")
@as_json
def version(verbose: bool, as_json: bool) -> None:
    """Tell the versions in use."""
    tell(verbose, as_json)


def tell(verbose: bool = False, as_json: bool = False) -> None:
    """Print the version; all there is to know with *verbose*."""
    facts: dict[str, Any] = {"name": DISTRIBUTION, "version": found(DISTRIBUTION)}
    if verbose:
        facts |= {"python": f"{platform.python_implementation()} {platform.python_version()}"}
        facts |= {"platform": platform.platform()}
        facts |= {"dependencies": {wish.name: found(wish.name) for wish in dependencies()}}
    if as_json:
        dump(facts)
        return
    click.echo(f"{facts.pop('name')} {facts.pop('version')}")
    dependent = facts.pop("dependencies", {})
    for name, value in (facts | dependent).items():
        click.echo(f"{name} {value or 'not installed'}")


def found(name: str) -> str | None:
    """Return the installed version of a distribution, None without."""
    try:
        return str(installed(name))
    except PackageNotFoundError:
        return None


def dependencies() -> list[Requirement]:
    """Return what asgi-kernel declares to need, extras included."""
    try:
        wishes = [Requirement(text) for text in requires(DISTRIBUTION) or ()]
    except PackageNotFoundError:
        return []
    return list({wish.name: wish for wish in reversed(wishes)}.values())[::-1]

"""`kernel static collect DIR`: every static file under both of its names, for another server to serve."""

import shutil
from collections.abc import Container
from pathlib import Path

import click

from kernel_static.file import PACKED, Library
from kernel_static.fingerprints import marked


def collect(library: Library, target: Path) -> list[str]:
    """Copy all static files below *target* and return their paths.

    What is there already is overwritten, nothing is removed: names of older versions go on to work.
    """
    paths = list(library.folders.paths())
    for path in paths:
        plain = unpacked(path, paths)
        with library.folders.open(plain).file as file, library.folders.open(path).file as content:
            name = marked(plain, library.fingerprints.of(plain, file)) + path.removeprefix(plain)
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            for copy in (target / path, target / name):
                content.seek(0)
                with copy.open("wb") as new:
                    shutil.copyfileobj(content, new)
    return paths


def unpacked(path: str, paths: Container[str]) -> str:
    """Return the path of the file that *path* is the packed form of; *path* itself if it is none."""
    plain = [path.removesuffix(ending) for ending in PACKED.values() if path.endswith(ending)]
    return next((one for one in plain if one in paths), path)


def command(library: Library) -> click.Group:
    """Return the command `kernel static`."""

    @click.group("static")
    def static() -> None:
        """Work with static files."""

    @static.command("collect")
    @click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
    def collect_(folder: Path) -> None:
        """Copy all static files into FOLDER, under their plain and their hashed names."""
        count = len(collect(library, folder))
        click.echo(f"{count} {'file is' if count == 1 else 'files are'} in '{folder}'")

    return static

"""What a static folder would show to everybody, and should not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kernel import Problem
from kernel.types import Application
from kernel_static.folders import Folders

SWITCHES = {
    "follow_symlinks": ("symlinks", "a link in a static folder shows files from anywhere on this machine"),
    "hidden_files": ("hidden", "files whose names begin with a dot are shown, as .env and .git"),
}


def disclosing(kernel: Application, config: Any, folders: Folders) -> Iterator[Problem]:
    """Yield the switches that open too much, and folders that hold what is not for everybody."""
    for key, (kind, why) in SWITCHES.items():
        if getattr(config, key):
            where = kernel.config.origin("static", key) or f"[static] {key}"
            yield Problem(
                f"static.{kind}", "error", f"[static] {key}: {why}", "leave it out, and copy the files", where
            )
    media = kernel.booted.services.get("media_path", ("", None))[1]
    for app, folder in [(app, folder) for app, some in folders.apps.items() for folder in some]:
        if kernel.config.path and holds(folder, kernel.config.path):
            message = (
                f"app '{app}': the static folder '{folder}' holds '{kernel.config.path}', and everybody can read it"
            )
            yield Problem("static.project", "error", message, "keep static files in a folder of their own", str(folder))
        if media and holds(folder, media):
            message = (
                f"app '{app}': the static folder '{folder}' holds the media folder, so uploads run as pages of yours"
            )
            hint = "move one of the two; [media] prefix serves uploads so that they cannot harm"
            yield Problem("static.uploads", "error", message, hint, str(folder))


def holds(folder: Path, path: Path) -> bool:
    """Tell whether *path* lies in *folder*, or is it."""
    return path.resolve().is_relative_to(folder)

"""The plugin "responses": renders what handlers return, and knows the media folder."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, cast

from kernel import Plugin, Problem, Response, hookimpl
from kernel.types import Application
from kernel_responses.file import Sending
from kernel_responses.rendering import encoder

SENDING = (("networking", "stream_size"), ("limits", "max_ranges"))


class Responses(Plugin):
    """Render plain values; provide "media_path", the real path of the folder that `File` serves.

    That folder is `[environment] media_path`, relative to config.ini; by default `media`. The service
    "sending" says how files are sent: `[networking] stream_size` and `[limits] max_ranges`.
    """

    name = "responses"

    @hookimpl
    def kernel_configure(self, kernel: Application) -> None:
        """Find the media folder, and how files are sent."""
        settings: Any = kernel.config  # a mapping that knows its folder as well
        folder = settings.get("environment", {}).get("media_path") or "media"
        self._folder: Path = (settings.root / folder).resolve()
        kernel.provide("media_path", self._folder)
        given = {key: settings.get(section, {}).get(key) for section, key in SENDING}
        kernel.provide("sending", Sending(**{key: value for key, value in given.items() if isinstance(value, int)}))

    @hookimpl
    def kernel_checks(self, kernel: Application) -> Iterable[Problem]:
        """Report a media folder that is configured and does not exist."""
        folder, settings = kernel.service("media_path"), cast("Any", kernel.config)
        if settings.get("environment", {}).get("media_path") and not folder.is_dir():
            message = f"[environment] media_path: there is no folder '{folder}'"
            where = settings.origin("environment", "media_path")
            yield Problem("responses.media_path", "error", message, "create it, or change media_path", where)

    @hookimpl(optionalhook=True)
    def kernel_doctor(self) -> dict[str, Callable[[], Iterable[Problem]]]:
        """Have the media folder examined."""
        return {"media folder": self._examine}

    def _examine(self) -> Iterable[Problem]:
        folder = self._folder
        if folder.exists() and not (folder.is_dir() and os.access(folder, os.R_OK | os.W_OK | os.X_OK)):
            message = f"the media folder '{folder}' is not a folder that can be read and written"
            yield Problem("responses.media_path", "error", message, "change its owner or its mode", str(folder))

    @hookimpl
    def kernel_render(self, type_: type) -> Callable[[Any], Response] | None:
        """Return the encoder for builtins, dataclasses, structs, dates and iterators."""
        return encoder(type_)

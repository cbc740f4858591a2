"""Favicons: pictures that people upload, kept as files below the media folder."""

from secrets import token_hex
from typing import Any

import anyio
from kernel_forms import Upload
from kernel_outcomes import Outcome

from kernel import Request

MOST_BYTES = 64 * 1024
FOLDER = "icons"
SIGNATURES = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg", b"GIF8": "gif", b"\x00\x00\x01\x00": "ico"}
"""How pictures begin that cannot run anything, as SVG can."""


def kind_of(head: bytes) -> str:
    """Return the ending of a picture that begins with *head*, or ""."""
    return next((kind for signature, kind in SIGNATURES.items() if head.startswith(signature)), "")


async def is_picture(file: Upload, meta: Any) -> str | None:
    """Judge a file by its content: what the client calls it proves nothing."""
    head = await file.read(8)
    await file.seek()
    return None if kind_of(head) else "This is no PNG, JPEG, GIF or ICO picture"


async def save(request: Request, file: Upload) -> str:
    """Put a picture into the media folder, under a name that nobody can guess; return its path in there.

    It is removed again if what refers to it is not kept.
    """
    name = f"{token_hex(8)}.{kind_of(await file.read(8))}"
    await file.save_to(request.app.service("media_path") / FOLDER, name, mode=0o644)
    remove(request, f"{FOLDER}/{name}", Outcome.ERROR)
    return f"{FOLDER}/{name}"


def forget(request: Request, path: str) -> None:
    """Remove a picture that nothing refers to any more, once that is kept; "" is none."""
    if path:
        remove(request, path, Outcome.OK)


def remove(request: Request, path: str, wanted: Outcome) -> None:
    """Remove a picture if the request ends so: an error was rolled back, all else is in the database."""
    picture = anyio.Path(request.app.service("media_path"), path)

    async def finish(request: Request, outcome: Outcome) -> None:
        if outcome is wanted:
            await picture.unlink(missing_ok=True)

    request.finishers, request.waiting = (*request.finishers, finish), True

"""Uploaded files as fields see them: the file itself, or its bytes with what the client called it."""

from typing import Any


class Content(bytes):
    """The bytes of an uploaded file, with the `filename` and the `content_type` that the client gave."""

    filename: str
    content_type: str

    @classmethod
    def of(cls, data: bytes, file: Any) -> "Content":
        """Return *data* named as *file*."""
        content = cls(data)
        content.filename, content.content_type = file.filename or "", file.content_type or ""
        return content


async def whole(file: Any) -> bytes:
    """Return all bytes of a file, and let the next to read it begin at its start."""
    await file.seek(0)
    data: bytes = await file.read()
    await file.seek(0)
    return data


def is_file(found: Any) -> bool:
    """Tell whether something taken from a form is a file that was chosen."""
    return hasattr(found, "filename") and bool(found.filename or found.size)

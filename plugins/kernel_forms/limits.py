"""How much of a form is taken."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from kernel.errors import HTTPException

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """The keys of [limits] that concern forms; sizes are in bytes."""

    max_form_fields: int = 1000
    max_form_files: int = 100
    max_field_size: int = MEBIBYTE
    max_file_size: int = 10 * MEBIBYTE
    max_part_headers: int = 8
    max_part_header_size: int = 4096
    max_boundary_length: int = 70
    spool_size: int = MEBIBYTE
    upload_dir: str = ""

    @classmethod
    def of(cls, config: Mapping[str, Mapping[str, Any]]) -> "Limits":
        """Return the limits of a validated configuration; what it does not say has its default."""
        section = config.get("limits", {})
        known = {field.name: section[field.name] for field in fields(cls) if field.name in section}
        return cls(**{name: value for name, value in known.items() if isinstance(value, type(getattr(cls(), name)))})


def refused(status: int, detail: str) -> HTTPException:
    """Return the answer to a form that is not read to its end, so that the connection has to close."""
    return HTTPException(status, detail, [(b"connection", b"close")])

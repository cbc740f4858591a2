"""How much of a request is looked at."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Limits:
    """The keys of [limits] that concern what this plugin reads; sizes are in bytes."""

    max_query_fields: int = 1000
    max_query_size: int = 16 * 1024
    max_headers: int = 100
    max_header_size: int = 8 * 1024
    max_headers_total: int = 32 * 1024
    max_cookies: int = 200
    max_cookie_size: int = 8 * 1024
    max_json_size: int = 1024 * 1024
    max_json_depth: int = 64

    @classmethod
    def of(cls, config: Mapping[str, Mapping[str, Any]]) -> "Limits":
        """Return the limits of a validated configuration; what it does not say has its default."""
        section = config.get("limits", {})
        names = [field.name for field in fields(cls)]
        return cls(**{name: section[name] for name in names if isinstance(section.get(name), int)})

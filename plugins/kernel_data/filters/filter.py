"""Filters: `await filter(value)` returns the value to go on with.

Derive from `Filter` and override `apply`, sync or async, or `__call__`. None, '' and b'' are returned
as they are. What a filter raises is an error of the field: the text of `Invalid`, else `message`.
"""

from inspect import isawaitable
from typing import Any

BLANK = (str, bytes)


class Filter:
    """The base of all filters.

    Args:
        message: what the client is told where the value cannot be filtered.
    """

    message = "Invalid value"
    takes_blank = False
    """Whether `apply` is asked about '' and b'' too."""
    keeps_form = False
    """Whether what validators demand after it holds for the received value as well."""
    converts = False
    """Whether it takes values that are not texts, so that a String leaves the type to it."""
    library: tuple[str, str] | None = None
    """The module it needs and the distribution to install, checked at boot."""

    def __init__(self, message: str | None = None) -> None:
        if message is not None:
            self.message = message

    async def __call__(self, value: Any) -> Any:
        """Return the filtered value."""
        if value is None or (not value and type(value) in BLANK and not self.takes_blank):
            return value
        result = self.apply(value)
        return await result if isawaitable(result) else result

    def apply(self, value: Any) -> Any:
        """Return the filtered value, or raise; override it, sync or async."""
        raise NotImplementedError(f"{type(self).__name__} overrides neither 'apply' nor '__call__'")

    def describe(self, schema: dict[str, Any]) -> None:
        """Add what is expected to the JSON Schema of the field."""

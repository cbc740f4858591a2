"""What a form holds: text fields and files, by name."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from kernel_requests import Values

from kernel_forms.upload import Upload


class Form(Values):
    """An immutable mapping of names to str, or to `Upload` for files; the last value of each name.

    A name that ends in "[]" has the list of its values; `getlist` has all values of any name.
    `pairs` are the names and values in the order of the form.
    """

    def __init__(self, pairs: Iterable[tuple[str, Any]] = ()) -> None:
        self.pairs = tuple(pairs)
        super().__init__(self.pairs)

    def __getitem__(self, key: str) -> Any:
        return self.getlist(key) if key.endswith("[]") and key in self._values else super().__getitem__(key)

    def __repr__(self) -> str:
        return f"Form({list(self)!r})"  # names only: values are secrets or personal

    def getlist(self, key: str) -> list[Any]:
        """Return all values of *key* in the order of the form; an absent key has none."""
        return super().getlist(key)

    @cached_property
    def fields(self) -> "Form":
        """The text fields only."""
        return Form(pair for pair in self.pairs if not isinstance(pair[1], Upload))

    @cached_property
    def files(self) -> "Form":
        """The files only."""
        return Form(pair for pair in self.pairs if isinstance(pair[1], Upload))

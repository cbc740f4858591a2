"""What a form holds: text fields and files, by name."""

from functools import cached_property

from kernel_requests import Fields

from kernel_forms.upload import Upload


class Form(Fields):
    """An immutable mapping of names to str, or to `Upload` for files; the last value of each name.

    A name that ends in "[]" has the list of its values; `getlist` has all values of any name, and
    `multi_items` all names and values in the order of the form.
    """

    def __repr__(self) -> str:
        return f"Form({list(self)!r})"  # names only: values are secrets or personal

    @cached_property
    def fields(self) -> "Form":
        """The text fields only."""
        return Form([pair for pair in self._pairs if not isinstance(pair[1], Upload)])

    @cached_property
    def files(self) -> "Form":
        """The files only."""
        return Form([pair for pair in self._pairs if isinstance(pair[1], Upload)])

"""Lists and dicts: fields made of others."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from kernel_data.chains import Mode, Step, elements
from kernel_data.data import Data
from kernel_data.field import Field
from kernel_data.plan import plan_of
from kernel_data.processors import NOT_A_LIST
from kernel_data.sources import TYPE_JSON_FIELD
from kernel_data.validators.validator import Meta

NOT_A_DICT = "Required dict data"
Inner = Callable[[type], dict[str, Any]]


class List(Field):
    """A list, put through the processors and then, each element, through *item_field*.

    Args:
        item_field: the Field of every element.
        auto_blank_to_null: whether elements that are '' or b'' become null.
    """

    base = {"type": "array"}
    takes_many = True

    def __init__(
        self,
        name: str | None = None,
        default: Any = None,
        processors: Iterable[Any] | None = None,
        field_type: int | None = TYPE_JSON_FIELD,
        required: bool = False,
        item_field: Field | None = None,
        auto_blank_to_null: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(name, default, processors, field_type, required, **options)
        self.item_field, self._nullify_items = item_field, auto_blank_to_null
        self.takes_file = item_field is not None and item_field.takes_file

    def steps(self, mode: Mode) -> list[Step]:
        """Demand a list, process it, then clean its elements into a new one."""
        parts = [Step(self._judge, True), *super().steps(mode)]
        if self.item_field is None:
            return parts
        item = self.item_field.compile(Mode(self._nullify_items, mode.every))
        return [*parts, elements(item, mode.every, indexed=True)]

    def _judge(self, value: Any, meta: Meta) -> str | None:
        return None if isinstance(value, list) or (value is None and self.nullable) else NOT_A_LIST

    def shape(self, inner: Inner) -> dict[str, Any]:
        """Describe the elements."""
        return {} if self.item_field is None else {"items": self.item_field.describe(inner)}

    def nested(self) -> Iterable[type]:
        """Return the Data classes of the elements."""
        return self.item_field.nested() if self.item_field else ()

    def findings(self) -> Iterator[str]:
        """Yield what is wrong with the declaration, that of the elements included."""
        yield from super().findings()
        if isinstance(self.item_field, Field):
            yield from (f"item_field: {text}" for text in self.item_field.findings())
        elif self.item_field is not None:
            yield f"item_field is {self.item_field!r}; write a field, such as item_field=String()"


class Dict(Field):
    """A dict, put through the processors and then through *data_class*, whose fields are its keys."""

    base = {"type": "object"}

    def __init__(
        self,
        name: str | None = None,
        default: Any = None,
        processors: Iterable[Any] | None = None,
        field_type: int | None = TYPE_JSON_FIELD,
        required: bool = False,
        data_class: type[Data] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(name, default, processors, field_type, required, **options)
        self.data_class = data_class

    def steps(self, mode: Mode) -> list[Step]:
        """Demand a dict, process it, then clean it by the nested Data class."""
        parts = [Step(self._judge, True), *super().steps(mode)]
        return parts if self.data_class is None else [*parts, within(self.data_class, mode.every)]

    def _judge(self, value: Any, meta: Meta) -> str | None:
        return None if isinstance(value, dict) or (value is None and self.nullable) else NOT_A_DICT

    def shape(self, inner: Inner) -> dict[str, Any]:
        """Describe the fields."""
        return {} if self.data_class is None else inner(self.data_class)

    def nested(self) -> Iterable[type]:
        """Return the Data class of the dict."""
        return (self.data_class,) if self.data_class else ()

    def findings(self) -> Iterator[str]:
        """Yield what is wrong with the declaration; the nested class is looked at by itself."""
        yield from super().findings()
        if self.data_class is not None and not (
            isinstance(self.data_class, type) and issubclass(self.data_class, Data)
        ):
            yield f"data_class is {self.data_class!r}; write a class derived from Data"


def within(data_class: type[Data], every: bool) -> Step:
    """Return the step that cleans a dict by a Data class."""
    instance = data_class()

    async def clean(value: Any, meta: Meta) -> Any:
        if value is None:
            return None
        return await plan_of(instance, every).within(value, meta.get("request"))

    return Step(clean, False, True)

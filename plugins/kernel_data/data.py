"""Data: the fields that a request has to have, as a class.

    class NewUser(Data):
        name = String(required=True, processors=[v.NotNull(), v.Length(max=50)])

An instance holds nothing of a request: the class is compiled once, at boot, and then only called.
"""

from typing import Any, ClassVar

from kernel import Request
from kernel_data.invalid import MOST_ERRORS
from kernel_data.plan import DataPlan, plan_of
from kernel_data.schema import DIALECT, schema_of


class Data:
    """Derive from it, and declare the fields as class attributes.

    A method `check(self, data)` or `check(self, data, meta)`, sync or async, sees the cleaned data when no field has
    an error. It returns or raises (`Invalid`) what is wrong: {field: message}, or a message.

    Args:
        default: a mapping, or an object with attributes, that stands in for what lacks in the request.
        auto_blank_to_null: whether '' and b'' become null; None is as the class says.
    """

    auto_blank_to_null: ClassVar[Any] = True
    """Whether '' and b'' become null."""
    strict: ClassVar[Any] = False
    """Whether a name that is no field is an error, in JSON, form, query and nested dicts."""
    fill_absent: ClassVar[Any] = False
    """Whether an absent optional field is None in the result, not left out."""
    uniform_errors: ClassVar[Any] = False
    """Whether errors are flat and complete: {"address.country": ["Required"]}."""

    __plans__: ClassVar[dict[Any, DataPlan]] = {}
    __default__: Any = None
    __nullify__: bool | None = None

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        cls.__plans__ = {}

    def __init__(self, default: Any = None, auto_blank_to_null: bool | None = None) -> None:
        self.__default__, self.__nullify__ = default, auto_blank_to_null

    async def get_cleaned_data(
        self, request: Request, limit: int = MOST_ERRORS
    ) -> tuple[dict[str, Any], dict[Any, Any]]:
        """Return the cleaned data of a request, and at most *limit* errors by field.

        Raises:
            HTTPException: the body cannot be read as what the fields ask for (400, 413, 415).
        """
        return await plan_of(self).clean(request, self.__default__, limit)

    @classmethod
    def json_schema(cls, *field_types: int | None) -> dict[str, Any]:
        """Return the JSON Schema (draft 2020-12) of what is sent: of all fields, or of those of some sources."""
        return {"$schema": DIALECT, **schema_of(cls, field_types)}

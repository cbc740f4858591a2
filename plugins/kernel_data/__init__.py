"""Data handlers: what a request has to hold, declared as a class and handed over cleaned.

    from kernel_data import Data, String, filters as f, validators as v

    class NewUser(Data):
        name = String(required=True, processors=[v.NotNull(), v.Length(max=50)])

    @routes.post("/users", data_handler=NewUser)
    async def create(request):
        data = await request.get_cleaned_data()     # or the answer is error 1002, which names the fields

`sources.py` says where values come from, `field.py`, `containers.py` and `typed.py` are the fields,
`processors.py` and `chains.py` compile validators and filters, `plan.py` compiles a Data class, and
`schema.py` describes it.
"""

from kernel_data import filters, validators
from kernel_data.containers import Dict, List
from kernel_data.data import Data
from kernel_data.field import Field, String
from kernel_data.invalid import Invalid
from kernel_data.sources import (
    TYPE_CONTENT,
    TYPE_FILE,
    TYPE_FILES,
    TYPE_FORM,
    TYPE_FORM_FIELD,
    TYPE_HEADER,
    TYPE_JSON,
    TYPE_JSON_FIELD,
    TYPE_PARAM,
    TYPE_PARAMS,
    TYPE_URL_VAR,
    TYPE_URL_VARS,
)
from kernel_data.typed import Boolean, Choice, Date, DateTime, Decimal, File, Float, Integer

__all__ = [
    "TYPE_CONTENT",
    "TYPE_FILE",
    "TYPE_FILES",
    "TYPE_FORM",
    "TYPE_FORM_FIELD",
    "TYPE_HEADER",
    "TYPE_JSON",
    "TYPE_JSON_FIELD",
    "TYPE_PARAM",
    "TYPE_PARAMS",
    "TYPE_URL_VAR",
    "TYPE_URL_VARS",
    "Boolean",
    "Choice",
    "Data",
    "Date",
    "DateTime",
    "Decimal",
    "Dict",
    "Field",
    "File",
    "Float",
    "Integer",
    "Invalid",
    "List",
    "String",
    "filters",
    "validators",
]

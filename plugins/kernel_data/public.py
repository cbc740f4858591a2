"""The public names of the package, which `kernel_data` imports when it is first asked for one."""

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

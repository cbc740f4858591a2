"""Filters: conventionally `from kernel_data import filters as f`. `Filter` is the base of all."""

from kernel_data.filters.conversions import (
    DecodeBase64,
    ParseDateTime,
    ToBooleanObject,
    ToDecimalObject,
    ToFloatObject,
    ToIntegerObject,
    ToStringObject,
)
from kernel_data.filters.filter import Filter
from kernel_data.filters.images import ModifyImage
from kernel_data.filters.texts import BlankToNull, Cut, Escape, Normalize

__all__ = [
    "BlankToNull",
    "Cut",
    "DecodeBase64",
    "Escape",
    "Filter",
    "ModifyImage",
    "Normalize",
    "ParseDateTime",
    "ToBooleanObject",
    "ToDecimalObject",
    "ToFloatObject",
    "ToIntegerObject",
    "ToStringObject",
]

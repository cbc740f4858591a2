"""Validators: conventionally `from kernel_data import validators as v`.

`Validator` is the base of all, `Condition` of those that let blank values pass. Other plugins add theirs
by entry points of the group "kernel.validators", as "orm" does `Unique`, `Exists` and `Sorting`; these are
imported when first asked for.
"""

from typing import Any

from kernel.errors import did_you_mean
from kernel_data.validators.addresses import EmailAddress, IPAddress, PhoneNumber, Url, UrlPath
from kernel_data.validators.files import RestrictedFile
from kernel_data.validators.numbers import Boolean, Integer, Limit, Numeric
from kernel_data.validators.passwords import PasswordPolicy
from kernel_data.validators.structures import DictInnerTypes, NoDuplicateDictItemValueInList
from kernel_data.validators.texts import UUID, Date, DateTime, Length, MatchRegex, UserNamePolicy
from kernel_data.validators.validator import Condition, Validator
from kernel_data.validators.values import In, IsEqualToField, NotBlank, NotIn, NotNull

PasswordStrength = PasswordPolicy
"""The name of PasswordPolicy in earlier manuals."""

__all__ = [
    "UUID",
    "Boolean",
    "Condition",
    "Date",
    "DateTime",
    "DictInnerTypes",
    "EmailAddress",
    "IPAddress",
    "In",
    "Integer",
    "IsEqualToField",
    "Length",
    "Limit",
    "MatchRegex",
    "NoDuplicateDictItemValueInList",
    "NotBlank",
    "NotIn",
    "NotNull",
    "Numeric",
    "PasswordPolicy",
    "PasswordStrength",
    "PhoneNumber",
    "RestrictedFile",
    "Url",
    "UrlPath",
    "UserNamePolicy",
    "Validator",
]


def __getattr__(name: str) -> Any:
    """Return the validator that a distribution offers as *name* in the entry points "kernel.validators"."""
    from importlib.metadata import entry_points

    for entry in entry_points(group="kernel.validators", name=name):
        return entry.load()
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'{did_you_mean(name, __all__)}")

"""Addresses: of mail, of the web, of machines, of telephones. Lengths are looked at first."""

import re
from collections.abc import Callable, Iterable
from functools import cache
from importlib.util import find_spec
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from kernel_data.validators.validator import Condition

LONGEST_EMAIL, LONGEST_LOCAL = 254, 64
LONGEST_URL = 2048
SCHEMES = ("http", "https", "ftp", "ftps", "ws", "wss")
_atoms = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII).fullmatch
_label = re.compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?").fullmatch
_unsafe = re.compile(r"[\s\x00-\x20\x7f\"<>\\^`{|}]").search
_number_like = re.compile(r"0[xX][0-9a-fA-F]*|[0-9]+").fullmatch
_phone = re.compile(
    r"\+(?:1|7|2(?:0|7|[1-6][0-9]|[89][0-9])|3(?:[0-4]|6|9|[578][0-9])|4(?:[01]|[3-9]|2[0-9])"
    r"|5(?:[1-8]|[09][0-9])|6(?:[0-6]|[7-9][0-9])|8(?:[1246]|[035789][0-9])|9(?:[0-5]|8|[679][0-9]))[0-9]{1,14}"
).fullmatch


class EmailAddress(Condition):
    """Accept a mail address of at most 254 characters, 64 before "@", whose domain has a dot (RFC 5321 §4.5.3.1).

    The library email-validator judges where it is installed; it looks nothing up.
    """

    message = "Invalid email address"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message)
        self._valid = by_library if find_spec("email_validator") else by_form

    def accepts(self, value: Any) -> bool:
        """Tell whether it is such an address."""
        if not isinstance(value, str) or len(value) > LONGEST_EMAIL or value.rfind("@") > LONGEST_LOCAL:
            return False
        return self._valid(value)

    def describe(self, schema: dict[str, Any]) -> None:
        """Give the format."""
        schema.update(format="email", maxLength=LONGEST_EMAIL)


@cache
def library() -> tuple[Callable[..., Any], type[Exception]]:
    """Return the function and the error of email-validator, imported on first need."""
    from email_validator import EmailNotValidError, validate_email

    return validate_email, EmailNotValidError


def by_library(address: str) -> bool:
    """Ask email-validator, without the network; addresses below .test are addresses."""
    validate, error = library()
    try:
        validate(address, check_deliverability=False, test_environment=True)
    except error:
        return False
    return True


def by_form(address: str) -> bool:
    """Tell whether it is atoms, "@" and a domain of two labels or more."""
    local, _, domain = address.rpartition("@")
    return _atoms(local) is not None and "." in domain and is_host(domain)


def is_host(host: str) -> bool:
    """Tell whether it is a name or an IPv4 address; what ends like a number has to be one (WHATWG URL §3.5)."""
    labels = host.split(".")
    if _number_like(labels[-1]):
        return is_ip(host)
    return len(host) <= 253 and all(map(_label, labels))


def is_ip(text: str, version: int | None = None) -> bool:
    """Tell whether it is an address without a zone: four decimal numbers without leading zeros, or IPv6."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return "%" not in text and version in (None, address.version)


class IPAddress(Condition):
    """Accept an IPv4 or IPv6 address as text, or only one *version*, 4 or 6."""

    message = "Invalid IP address"

    def __init__(self, version: int | None = None, message: str | None = None) -> None:
        super().__init__(message)
        self._version = version

    def accepts(self, value: Any) -> bool:
        """Tell whether it is one."""
        return isinstance(value, str) and len(value) <= 45 and is_ip(value, self._version)

    def describe(self, schema: dict[str, Any]) -> None:
        """Give the format of the version, if it is one."""
        if self._version:
            schema["format"] = f"ipv{self._version}"


class Url(Condition):
    """Accept an absolute URL of one of *schemes*, with a host, in at most 2048 characters (RFC 3986)."""

    message = "Invalid URL"

    def __init__(self, message: str | None = None, schemes: Iterable[str] = SCHEMES) -> None:
        super().__init__(message)
        self._schemes = frozenset(scheme.lower() for scheme in schemes)

    def accepts(self, value: Any) -> bool:
        """Tell whether it is such a URL."""
        if not isinstance(value, str) or len(value) > LONGEST_URL or _unsafe(value):
            return False
        try:
            parts = urlsplit(value)
            host, _ = parts.hostname or "", parts.port
        except ValueError:
            return False
        if parts.netloc.rpartition("@")[2].startswith("["):
            return parts.scheme in self._schemes and is_ip(host, 6)
        return parts.scheme in self._schemes and is_host(host.removesuffix("."))

    def describe(self, schema: dict[str, Any]) -> None:
        """Give the format."""
        schema.update(format="uri", maxLength=LONGEST_URL)


class UrlPath(Condition):
    """Accept the path of a URL: it begins with one "/", and no part of it is empty."""

    message = "Invalid Path"

    def accepts(self, value: Any) -> bool:
        """Tell whether it is such a path."""
        if not isinstance(value, str) or len(value) > LONGEST_URL or not value.isprintable() or "\\" in value:
            return False
        return value == "/" or (value[:1] == "/" and "" not in value[1:].split("/"))

    def describe(self, schema: dict[str, Any]) -> None:
        """Give the pattern."""
        schema.update(pattern=r"^/$|^(?:/[^/\\]+)+$", maxLength=LONGEST_URL)


class PhoneNumber(Condition):
    """Accept "+", a country code and up to 14 digits (ITU-T E.164)."""

    message = "Not acceptable phone number"

    def accepts(self, value: Any) -> bool:
        """Tell whether it is such a number."""
        return isinstance(value, str) and len(value) <= 18 and _phone(value) is not None

    def describe(self, schema: dict[str, Any]) -> None:
        """Give the pattern."""
        schema["pattern"] = r"^\+[1-9][0-9]{1,16}$"

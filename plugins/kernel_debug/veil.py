"""Hide secrets: those of the configuration, those of the request, and passwords inside URLs."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl

from kernel_settings.masking import MASK, mask

from kernel import Request
from kernel.boot.config import Config, items

SHORTEST = 4
"""Shorter texts are not looked for: hiding them would hide half of every page."""
_secret_name = re.compile(
    r"auth|passw|pwd|secret|token|api_?key|_keys?$|^keys?$|credential|dsn|cookie|session|signature|csrf|jwt|otp"
)
_credentials = re.compile(r"(://[^/:@\s]*:)[^/@\s]+(@)")
_password = re.compile(r"://[^/:@\s]*:([^/@\s]+)@")


def is_secret(name: str) -> bool:
    """Tell whether what bears this name is not to be shown."""
    return _secret_name.search(name.lower().replace("-", "_")) is not None


class Veil:
    """Takes known secrets out of a text."""

    def __init__(self, secrets: Iterable[str]) -> None:
        known = sorted({secret for secret in secrets if len(secret) >= SHORTEST}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def __call__(self, text: str) -> str:
        """Return *text* without them."""
        text = _credentials.sub(rf"\1{MASK}\2", text)
        return self._known.sub(MASK, text) if self._known else text


def of_config(config: Config) -> Iterator[str]:
    """Yield the values of a configuration that are never shown."""
    for section, key, value in [(section, *item) for section, keys in config.items() for item in keys.items()]:
        texts = list(map(str, items(value))) if isinstance(value, (str, list, tuple)) else []
        if is_secret(key) or MASK in (mask(config, section, key, text) for text in texts):
            yield from texts
        for text in texts:
            yield from _password.findall(text)


def of_request(request: Request) -> Iterator[str]:
    """Yield what a client sent as a secret: its cookies, its credentials, and secret fields of the query."""
    for name, value in request.scope["headers"]:
        text = value.decode("latin-1")
        if name == b"cookie":
            yield from (pair.partition("=")[2].strip() for pair in text.split(";"))
        elif is_secret(name.decode("latin-1")):
            yield from (text, text.partition(" ")[2])
    yield from (value for name, value in query(request) if is_secret(name))


def query(request: Request) -> list[tuple[str, str]]:
    """Return the fields of the query, decoded."""
    text = request.scope.get("query_string", b"").decode("latin-1")
    return parse_qsl(text, keep_blank_values=True, errors="replace")[:100]

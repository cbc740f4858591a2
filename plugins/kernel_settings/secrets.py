"""Secrets that protect nothing: too short, known to everybody, or in a file that everybody reads."""

import re
from collections.abc import Iterator
from typing import Any

from kernel import Problem
from kernel.boot.config import Config, items

_is_password = re.compile(r"(^|_)(passw(or)?d|passphrase)$").search
_is_key = re.compile(
    r"(^|_)((secret|api|signing|private|encryption|aes|auth|access|hmac|jwt|fernet|session)_keys?|secret|token)$"
).search
_credentials = re.compile(r"://[^/:@\s]*:([^/\s]+)@").search
WEAK = (
    "admin|changeit|default|example|insecure|letmein|passw0rd|password|postgres|root|secret|secretkey|test|[1-9]{1,10}"
)
"""What everybody tries first, without signs and in lower case."""
PASSWORD, KEY, SIGNING = 8, 16, 32
"""The least bytes of a password, of a key, and of one of `secret_keys`, which sign (RFC 2104 §3)."""
DISTINCT = 5
OTHERS_READ, OTHERS_WRITE = 0o004, 0o002
FRESH = "python -c 'import secrets; print(secrets.token_urlsafe(32))' makes one"


def unfit(config: Config) -> Iterator[Problem]:
    """Yield what is wrong with the secrets of a configuration; no message repeats one."""
    found = list(secrets(config))
    for section, key, value in found:
        if why := weakness(key, value):
            message = f"[{section}] {key}: the secret {why}"
            yield Problem("settings.weak_secret", "error", message, FRESH, config.origin(section, key))
    written = dict.fromkeys((section, key) for section, key, _ in found if in_file(config, section, key))
    for section, key in written:
        message = f"[{section}] {key}: the secret stands in the configuration file itself"
        hint = "write env:NAME or file:/path in its place, and keep it out of version control"
        yield Problem("settings.written_secret", "warning", message, hint, config.origin(section, key))
    yield from exposed(config, bool(written))


def exposed(config: Config, secret: bool) -> Iterator[Problem]:
    """Yield what is wrong with the permissions of the file; *secret* tells whether it holds secrets."""
    mode = config.path.stat().st_mode if config.path and config.path.is_file() else 0
    if secret and mode & OTHERS_READ:
        message = f"'{config.path}' holds secrets, and every user of this machine can read it"
        yield Problem("settings.readable", "error", message, f"chmod o-rwx {config.path}", str(config.path))
    if mode & OTHERS_WRITE:
        message = f"every user of this machine can change '{config.path}', and so what runs"
        yield Problem("settings.writable", "error", message, f"chmod o-w {config.path}", str(config.path))


def secrets(config: Config) -> Iterator[tuple[str, str, str]]:
    """Yield (section, key, secret): of keys that are called so, and of the credentials in URLs."""
    for section, keys in config.items():
        for key, value in keys.items():
            texts = [text for text in items(value) if isinstance(text, str)] if is_list(value) else []
            if _is_password(key) or _is_key(key):
                yield from ((section, key, text) for text in texts)
            else:
                yield from ((section, key, match[1]) for match in map(_credentials, texts) if match)


def is_list(value: Any) -> bool:
    """Tell whether a value is text, or several."""
    return isinstance(value, (str, tuple, list))


def weakness(key: str, value: str) -> str:
    """Return what is wrong with one secret, or ""."""
    least = KEY if _is_key(key) else PASSWORD
    least = SIGNING if key == "secret_keys" else least
    plain = re.sub("[^a-z0-9]", "", value.lower())
    if re.fullmatch(WEAK, plain) or "changeme" in plain:
        return "is one that everybody knows"
    if len(value.encode()) < least:
        return f"has {len(value.encode())} bytes, and needs at least {least}"
    return "" if len(set(value)) >= DISTINCT else f"has fewer than {DISTINCT} different characters"


def in_file(config: Config, section: str, key: str) -> bool:
    """Tell whether a value was written in the file, and not taken from elsewhere."""
    return (
        config.path is not None
        and config.origin(section, key).startswith(f"{config.path}:")
        and ((section, key) not in config.secrets)
    )

"""Show a configuration without its secrets."""

import re
from typing import Any

from kernel.boot.config import Config
from kernel_settings.values import Secret

MASK = "********"
_secret_name = re.compile(r"passw|secret|token|api_?key|_keys?$|^keys?$|credential|dsn|cookie|authorization")
_credentials = re.compile(r"(://[^/:@\s]*:)[^/\s]*(@)")


def mask(config: Config, section: str, key: str, value: Any) -> Any:
    """Return *value* as it may be shown: hidden if secret by name, by origin, by type or inside an URL."""
    secret = (section, key) in config.secrets or _secret_name.search(key) or isinstance(value, Secret)
    if secret and value not in (None, "", ()) and not isinstance(value, (int, float)):
        return MASK
    if isinstance(value, (list, tuple)):
        return [mask(config, section, key, item) for item in value]
    return _credentials.sub(rf"\1{MASK}\2", value) if isinstance(value, str) else value


def shown(config: Config) -> dict[str, dict[str, Any]]:
    """Return every section with its secrets masked: the only form that may be printed."""
    return {
        section: {key: mask(config, section, key, value) for key, value in keys.items()}
        for section, keys in config.items()
    }

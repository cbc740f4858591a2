"""Read config.ini: what it says and where it says it.

Rules: `%` is literal; option names are lower-cased; `env:NAME` and `file:/path` are references;
`KERNEL__SECTION__KEY` in the environment overrides a key; `KERNEL_ENV=dev` reads config.dev.ini
instead; `KERNEL_CONFIG` points elsewhere. A value of several lines is a tuple of its lines.
"""

import os
import re
from collections.abc import Callable, Mapping
from configparser import ConfigParser, Error
from pathlib import Path
from typing import Any

from kernel.errors import ConfigError, Findings, Problem

Source = str | os.PathLike[str] | Mapping[str, Mapping[str, Any]] | Callable[[], Path] | None


class Config(dict[str, dict[str, Any]]):
    """The sections by name; `origins` and `secrets` are keyed by (section, key)."""

    def __init__(self, sections: Mapping[str, Mapping[str, Any]], path: Path | None = None) -> None:
        super().__init__({name: {key.lower(): value for key, value in keys.items()} for name, keys in sections.items()})
        self.path, self.root = path, path.parent if path else Path.cwd()
        self.origins, self.secrets, self.problems = dict[tuple[str, str], str](), set[tuple[str, str]](), Findings()

    def origin(self, section: str, key: str = "") -> str:
        """Return "file:line" or "env NAME" of a key, else of its section, else ""."""
        return self.origins.get((section, key)) or self.origins.get((section, ""), "")

    def __repr__(self) -> str:
        return f"Config({list(self)})"


def items(value: Any) -> list[Any]:
    """Return the items of a list: one a line, or separated by commas; one value is a list of one."""
    lines = [value] if isinstance(value, str) else value
    parts = [part for line in lines for part in (line.split(",") if isinstance(line, str) else [line])]
    return [part for part in (part.strip() if isinstance(part, str) else part for part in parts) if part != ""]


def locate(source: str | os.PathLike[str] | None = None) -> tuple[Path, bool]:
    """Return the path of the configuration and whether it was asked for by name."""
    env, chosen = os.environ.get("KERNEL_ENV"), source or os.environ.get("KERNEL_CONFIG")
    path = Path(chosen or (f"config.{env}.ini" if env else "config.ini")).absolute()
    return path / "config.ini" if path.is_dir() else path, bool(chosen or env)


def read(source: Source = None) -> Config:
    """Return the configuration of a path, of a function that says the path, of a mapping, or of the project.

    Raises:
        ConfigError: a file that was asked for is missing or cannot be read.
    """
    if isinstance(source, Mapping):
        config = Config(source)
    else:
        path, named = locate(source() if callable(source) else source)
        config = _parse(path) if named or path.is_file() else Config({})
    for variable, value in os.environ.items():
        prefix, *names = variable.lower().split("__", 2)
        if prefix == "kernel" and len(names) == 2:
            config.setdefault(names[0], {})[names[1]] = value
            config.origins[names[0], names[1]] = f"env {variable}"
    for section, keys in config.items():
        keys.update({key: _resolve(config, section, key, value) for key, value in keys.items()})
    return config


def _parse(path: Path) -> Config:
    parser = ConfigParser(interpolation=None, default_section="\0")
    try:
        parser.read_string(text := path.read_text("utf-8-sig"), str(path))
    except (OSError, UnicodeDecodeError, Error) as error:
        hint = "'kernel new project NAME' writes one: [section], below it 'key = value', each once; or name another"
        at = re.search(r"line:?\s+(\d+)", str(error))  # of what the parser says, only this: it quotes secrets
        reason, place = str(error).partition("\n")[0], f"{path}:{at[1]}" if at else str(path)
        raise ConfigError([Problem("config.unreadable", "error", reason, hint, place)]) from None
    sections = {name: {key: _lines(value) for key, value in parser[name].items()} for name in parser.sections()}
    config, section = Config(sections, path), ""
    for number, line in enumerate(text.split("\n"), 1):
        if line[:1] == "[":
            section = line.partition("]")[0][1:]
        if line[:1].strip() and line[0] not in "#;":
            key = "" if line[0] == "[" else re.split("[=:]", line, maxsplit=1)[0].strip().lower()
            config.origins[section, key] = f"{path}:{number}"
    return config


def _lines(value: str) -> str | tuple[str, ...]:
    """Drop comments behind a blank; several lines become a tuple of those that say something."""
    lines = [re.sub(r"(^|\s)[;#].*", "", line).strip() for line in value.split("\n")]
    return tuple(filter(None, lines)) if len(lines) > 1 else lines[0]


def _resolve(config: Config, section: str, key: str, value: Any) -> Any:
    if not isinstance(value, str) or not value.startswith(("env:", "file:")):
        return value
    config.secrets.add((section, key))
    kind, _, name = value.partition(":")
    try:
        return os.environ[name] if kind == "env" else (config.root / name).read_text("utf-8").removesuffix("\n")
    except (KeyError, OSError, UnicodeDecodeError):
        thing = f"environment variable {name}" if kind == "env" else f"file {config.root / name}"
        message, hint = f"[{section}] {key}: {thing} cannot be read", "provide it, or change the value"
        config.problems.error("config.reference", message, hint, config.origin(section, key))
        return ""

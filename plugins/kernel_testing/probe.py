"""Import one target in this process, and write down as JSON what that did beside defining names; run as a script."""

import importlib
import json
import logging
import os
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

STARTED = {
    "socket.__new__": "opens a socket",
    "socket.connect": "connects a socket",
    "subprocess.Popen": "starts a process",
    "os.posix_spawn": "starts a process",
    "os.fork": "forks",
    "os.system": "starts a process",
    "os.mkdir": "makes a folder",
    "os.remove": "removes a file",
    "os.rename": "renames a file",
    "os.chdir": "changes the working directory",
}
"""Audit events that no import has a reason for (https://docs.python.org/3/library/audit_events.html)."""
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC


def effect(event: str, arguments: tuple[Any, ...]) -> str:
    """Return what an audit event does, "" if an import may do it."""
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING:
        return f"writes the file '{arguments[0]}'"
    return STARTED.get(event, "")


def looked(target: str) -> dict[str, Any]:
    """Return what importing "module:attribute" does, which modules it brings, and what it raises."""
    importlib.import_module("kernel")
    effects: list[str] = []
    watching = [True]

    def hook(event: str, arguments: tuple[Any, ...]) -> None:  # pragma: no cover  # Python traces no audit hook
        if watching[0] and (found := effect(event, arguments)):
            effects.append(found)

    before, environment, handlers = set(sys.modules), dict(os.environ), list(logging.getLogger().handlers)
    sys.addaudithook(hook)
    start = threading.Thread.start

    def started(self: threading.Thread) -> None:
        effects.append("starts a thread")
        start(self)

    threading.Thread.start = started  # type: ignore[method-assign]  # Python 3.11 has no audit event for it
    module, _, attribute = target.partition(":")
    failure = ""
    try:
        thing: Any = importlib.import_module(module)
        if attribute:
            getattr(thing, attribute)
    except Exception as error:
        failure = f"{type(error).__name__}: {error}"
    watching[0], threading.Thread.start = False, start  # type: ignore[method-assign]  # as it was
    effects += changed(environment, os.environ, handlers)
    modules = sorted({name for name in sys.modules.keys() - before if sys.modules[name] is not None})
    return {"failure": failure, "effects": list(dict.fromkeys(effects)), "modules": modules}


def changed(before: Mapping[str, str], after: Mapping[str, str], handlers: list[Any]) -> list[str]:
    """Return what differs in the environment and in the root logger."""
    names = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    found = [f"changes the environment variable {name}" for name in names]
    return found + (["adds a handler to the root logger"] if logging.getLogger().handlers != handlers else [])


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(json.dumps(looked(sys.argv[1])), "utf-8")

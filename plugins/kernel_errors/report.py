"""Log an unexpected error with the plugin or app that is to blame, under an id of its own."""

import logging
import os
from collections.abc import Iterable, Mapping
from traceback import walk_tb
from types import FrameType

from kernel import App, Request
from kernel.boot.plan import Member, Plan

logger = logging.getLogger("kernel.errors")
Owners = Mapping[str, str]
PROJECT = "project"
"""The kernel's own app for a project's listeners; it owns only what no other app does."""


def owners(plan: Plan) -> Owners:
    """Return who owns which module: a member's own, its package, its file, and those of its handlers."""
    handlers = {route.handler.__module__: f"app '{route.app}'" for route, _ in plan.routes if route.app}
    return {**handlers, **members_own(plan.active)}


def members_own(members: Iterable[Member]) -> Owners:
    """Return who owns which module, its package or, for an App that was handed over, its file."""
    found: dict[str, list[str]] = {}
    for member in members:
        value = member.value if isinstance(member.plugin, App) else type(member.plugin).__module__
        module = value.partition(":")[0]
        for place in filter(None, {module, module.rpartition(".")[0]}):
            if member.name != PROJECT or place not in found:
                found.setdefault(place, []).append(f"{member.kind} '{member.name}'")
    return {place: " or ".join(names) for place, names in found.items()}


def blame(error: BaseException, known: Owners) -> str:
    """Return who owns the innermost frame that anybody owns, or ""."""
    names = [owner(frame, known) for frame, _ in walk_tb(error.__traceback__)]
    return next(filter(None, reversed(names)), "")


def owner(frame: FrameType, known: Owners) -> str:
    """Return who owns the code of *frame*, or ""."""
    place = frame.f_code.co_filename
    module = frame.f_globals.get("__name__", "")
    while place not in known and module:
        place, module = module, module.rpartition(".")[0]
    return known.get(place, "")


def new_id() -> str:
    """Return the id of one internal error: ten hexadecimal digits, found in its log record and in its answer."""
    return os.urandom(5).hex()


def report(request: Request, error: Exception, known: Owners) -> str:
    """Write the one record of an error nobody expected, and return its id."""
    guilty, number = blame(error, known), new_id()
    place = f" in {guilty}" if guilty else ""
    what = request.scope["method"], request.scope["path"], place, number
    logger.error("%s %r failed%s (error %s)", *what, exc_info=error, extra={"error_id": number})
    return number

"""Limits that are so high that they limit nothing."""

from collections.abc import Iterator
from dataclasses import fields
from sys import maxsize
from typing import Any, cast

from kernel import Problem
from kernel.boot.config import Config
from kernel.boot.plan import Plan

TIMES = 10
"""How many times its default a limit may be before it is told."""
HINT = "state what your requests need; one route may differ by max_body_size="


def high(config: Config, limits: Any) -> Iterator[Problem]:
    """Yield the keys of [limits] that are unlimited, and those far above their defaults."""
    for field in fields(limits):
        value, usual = getattr(limits, field.name), cast("Any", field.default)
        where = config.origin("limits", field.name)
        if value == maxsize:
            message = f"[limits] {field.name} = unlimited: one request can take all there is"
            yield Problem("limits.unlimited", "warning", message, HINT, where)
        elif isinstance(value, int) and value > TIMES * usual:
            message = f"[limits] {field.name} = {value:d} is {value // usual} times its default"
            yield Problem("limits.high", "warning", message, HINT, where)


def wide(plan: Plan, most: int) -> Iterator[Problem]:
    """Yield the routes that take bodies far above *most* bytes, what all others take."""
    for route, _ in plan.routes:
        size = route.effective.max_body_size
        if isinstance(size, int) and size > TIMES * TIMES * most:
            message = f"route '{route}': max_body_size={size} is {size // max(most, 1)} times that of all others"
            yield Problem("limits.route", "warning", message, "let large files come in parts", route.where)

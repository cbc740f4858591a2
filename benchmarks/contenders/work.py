"""What every contender does: the work of the rows, as far as it has nothing to do with a framework."""

from typing import Any

import msgspec
from bodies import Order, decode
from templating import ROWS, by_hand

HELLO = {"message": "Hello, world!"}
USERS = [f"/things{number}" for number in range(199)]
USERS.insert(100, "/users")
"""What stands before the integer in 200 routes; the one asked for is in the middle, as some try one after another."""


def page() -> str:
    """Return the page of 20 rows."""
    return by_hand.render(title="Books", rows=ROWS)


def checked(body: bytes) -> tuple[int, Any]:
    """Return a status, and the order or what is wrong with it."""
    try:
        return 200, msgspec.structs.asdict(decode(body))
    except msgspec.ValidationError as error:
        return 400, {"error": str(error)}


__all__ = ["HELLO", "USERS", "Order", "checked", "page"]

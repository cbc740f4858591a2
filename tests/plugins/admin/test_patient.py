"""A part of a stream that the server cannot get rid of is given up; a whole answer is handed over at once."""

from typing import Any

import anyio
import pytest
from kernel_admin.servers import patient

pytestmark = pytest.mark.anyio


async def test_a_part_that_is_not_taken_in_time_is_given_up() -> None:
    """F22."""

    async def never(message: Any) -> None:
        await anyio.sleep_forever()

    send = patient(never, 0.01)
    with anyio.fail_after(30), pytest.raises(TimeoutError):
        await send({"type": "http.response.body", "body": b"x", "more_body": True})


async def test_what_is_taken_passes_as_it_is() -> None:
    taken = []

    async def takes(message: Any) -> None:
        taken.append(message)

    messages = [{"type": "http.response.body", "body": b"x", "more_body": True}, {"type": "http.response.body"}]
    for message in messages:
        await patient(takes, 30.0)(message)
    assert taken == messages

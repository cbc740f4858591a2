"""What a start leaves behind is passed over by the garbage collector, for as long as `kernel run` serves."""

import gc
from typing import Any
from weakref import ref

import anyio
import pytest
from kernel_admin.heap import set_aside
from kernel_admin.serving import Watched, serve
from kernel_testing import Client

from kernel import Kernel


class Node:
    """An object that only the garbage collector frees."""

    def __init__(self) -> None:
        self.self = self


def test_the_garbage_goes_and_the_rest_is_set_aside() -> None:
    kept, lost = Node(), ref(Node())
    set_aside()
    assert lost() is None
    assert gc.get_freeze_count() > 0
    assert all(one is not kept for one in gc.get_objects())


def test_what_was_set_aside_is_looked_at_once_more() -> None:
    node = Node()
    set_aside()
    seen = ref(node)
    del node
    gc.collect()
    assert seen()
    set_aside()
    assert seen() is None


def test_it_holds_while_it_serves() -> None:
    counts = [gc.get_freeze_count()]

    async def server(app: Any, place: Any, stop: anyio.Event, times: Any) -> None:
        counts.append(gc.get_freeze_count())
        app.begin({})
        counts.append(gc.get_freeze_count())

    serve(Kernel({"plugins": {"active": "standard"}}), server, None, lambda: None, "asyncio")
    before, started, begun = counts
    assert (before, started, gc.get_freeze_count()) == (0, 0, 0)
    assert begun > 10_000


@pytest.mark.anyio
async def test_a_generation_that_a_reload_replaced_is_freed() -> None:
    kernel = Kernel({"plugins": {"active": "standard"}})
    app = Watched(kernel, lambda: None, anyio.Event())
    async with Client(kernel):
        app.begin({})
        old = ref(kernel.booted)
        await app.reload()
        await anyio.wait_all_tasks_blocked()
        assert old() is None

"""What waits for the end of a request runs there, isolated, whatever happened."""

import anyio
import anyio.lowlevel
import pytest
from kernel_outcomes.plugin import Outcomes, conclude
from kernel_testing import make_kernel

from kernel import Request, Response

pytestmark = pytest.mark.anyio
SCOPE = {"type": "http", "method": "GET", "path": "/a"}


@pytest.fixture
def seen():
    return []


@pytest.fixture
def ended(seen):
    """Return a request for which sync and async hooks wait."""

    async def finish(request, outcome):
        await anyio.lowlevel.checkpoint()
        seen.append(str(outcome))

    async def after(request):
        await anyio.lowlevel.checkpoint()
        seen.append("late")

    request = Request(SCOPE, None, None)
    request.route = "/a"
    request.after = (lambda request: seen.append("after"), after)
    request.finishers = (finish,)
    return request


def test_the_conclusion_is_offered_to_the_kernel():
    assert make_kernel([Outcomes], standard=False).boot().service("conclude") is conclude


async def test_after_a_whole_answer_everything_runs_in_order(ended, seen):
    await conclude(ended, Response(b""), None)
    assert seen == ["after", "late", "ok"]


async def test_after_an_error_only_the_finishers_run(ended, seen):
    await conclude(ended, Response(b""), ValueError())
    assert seen == ["error"]


async def test_a_hook_that_fails_is_logged_and_the_others_run(ended, seen, caplog):
    def fails(request):
        raise ValueError("no")

    ended.after = (fails, *ended.after)
    await conclude(ended, Response(b""), None)
    assert seen == ["after", "late", "ok"]
    (record,) = caplog.records
    wanted = "GET '/a': hook 'test_a_hook_that_fails_is_logged_and_the_others_run.<locals>.fails' failed"
    assert (record.levelname, record.getMessage()) == ("ERROR", wanted)
    assert record.exc_info[1].args == ("no",)


async def test_a_finisher_without_a_name_that_fails_is_logged(ended, caplog):
    class Nameless:
        def __call__(self, request, outcome):
            raise ValueError("no")

        def __repr__(self):
            return "<nameless>"

    ended.finishers = (Nameless(),)
    await conclude(ended, Response(b""), None)
    assert "hook '<nameless>' failed" in caplog.text


async def test_hooks_run_while_the_request_is_cancelled(ended, seen):
    with anyio.CancelScope() as scope:
        scope.cancel()
        await conclude(ended, None, None)
    assert seen[-1] == "cancelled"


async def test_a_finisher_that_is_added_by_another_one_runs_too(ended, seen):
    def add(request, outcome):
        request.finishers = (*request.finishers, lambda request, outcome: seen.append("added"))

    ended.finishers = (add,)
    await conclude(ended, Response(b""), None)
    assert seen == ["after", "late", "added"]


async def test_finishers_may_look_at_the_response(ended, seen):
    response = Response(b"")
    ended.finishers = (lambda request, outcome: seen.append(request.response),)
    await conclude(ended, response, ValueError())
    assert seen == [response]

"""What waits for the end of a request runs there, isolated, whatever happened."""

import anyio
import anyio.lowlevel
import pytest
from kernel_outcomes.plugin import Outcomes
from kernel_testing import make_kernel

from kernel import Request, Response
from kernel.errors import ClientDisconnect

pytestmark = pytest.mark.anyio
SCOPE = {"type": "http", "method": "GET", "path": "/a"}


@pytest.fixture
def seen():
    return []


@pytest.fixture
def kernel():
    return make_kernel([Outcomes], standard=False).boot()


@pytest.fixture
def conclude(kernel):
    return kernel.service("conclude")


@pytest.fixture
def ended(seen):
    """Return a request for which sync and async hooks wait."""

    async def finish(request, outcome):
        await anyio.lowlevel.checkpoint()
        seen.append(str(outcome))

    async def late(request):
        await anyio.lowlevel.checkpoint()
        seen.append("late")

    async def answered(request):
        await anyio.lowlevel.checkpoint()
        seen.append("answered")

    request = Request(SCOPE, None, None)
    request.route = "/a"
    request.after = (lambda request: seen.append("after"), late)
    request.answered = (answered,)
    request.finishers = (finish,)
    return request


async def test_after_a_whole_answer_everything_runs_in_order(conclude, ended, seen):
    await conclude(ended, Response(b""), None)
    assert seen == ["after", "late", "answered", "ok"]


async def test_after_an_exception_that_was_answered_what_waits_for_success_does_not_run(conclude, ended, seen):
    ended.rescued = True
    await conclude(ended, Response(b"", 400), None)
    assert seen == ["after", "late", "error"]


async def test_after_an_error_only_the_finishers_run(conclude, ended, seen, caplog):
    await conclude(ended, Response(b""), ValueError())
    assert seen == ["error"]
    assert [record.getMessage() for record in caplog.records] == [
        "GET '/a': the response failed after it had begun (route '/a')"
    ]


@pytest.mark.parametrize("error", [ClientDisconnect(), OSError()])
async def test_a_client_that_left_is_no_error(conclude, ended, seen, caplog, error):
    await conclude(ended, None, error)
    assert (seen, caplog.records) == (["disconnected"], [])


async def fails(request):
    raise ValueError("no")


@pytest.mark.parametrize("others", [True, False])
async def test_a_hook_that_fails_is_logged_and_the_others_run(conclude, ended, seen, caplog, others):
    if not others:
        ended.after = ended.finishers = ()
    ended.answered = (fails, *ended.answered)
    await conclude(ended, Response(b""), None)
    assert seen == (["after", "late", "answered", "ok"] if others else ["answered"])
    (record,) = caplog.records
    place = f"{__file__}:{fails.__code__.co_firstlineno}"
    assert (record.levelname, record.getMessage()) == ("ERROR", f"GET '/a': hook 'fails' ({place}) failed (route '/a')")
    assert record.exc_info[1].args == ("no",)


async def test_a_finisher_without_a_name_that_fails_is_logged(conclude, ended, caplog):
    class Nameless:
        def __call__(self, request, outcome):
            raise ValueError("no")

        def __repr__(self):
            return "<nameless>"

    ended.finishers = (Nameless(),)
    ended.route = None
    await conclude(ended, Response(b""), None)
    place = f"{__file__}:{Nameless.__call__.__code__.co_firstlineno}"
    assert caplog.records[0].getMessage() == f"GET '/a': hook '<nameless>' ({place}) failed"


async def test_hooks_run_while_the_request_is_cancelled(conclude, ended, seen):
    with anyio.CancelScope() as scope:
        scope.cancel()
        await conclude(ended, None, BaseException())
    assert seen == ["cancelled"]


async def test_a_finisher_that_is_added_by_another_one_runs_too(conclude, ended, seen):
    def add(request, outcome):
        request.finishers = (*request.finishers, lambda request, outcome: seen.append("added"))

    ended.finishers = (add,)
    await conclude(ended, Response(b""), None)
    assert seen == ["after", "late", "answered", "added"]


async def test_what_is_added_by_a_hook_behind_the_response_runs_too(conclude, ended, seen):
    async def add(request):
        request.after = (*request.after, lambda request: seen.append("added"))

    ended.after = ended.finishers = ()
    ended.answered = (add,)
    await conclude(ended, Response(b""), None)
    assert seen == ["added"]


async def test_finishers_may_look_at_the_response(conclude, ended, seen):
    response = Response(b"")
    ended.after = ended.answered = ()
    ended.finishers = (lambda request, outcome: seen.append(request.response),)
    await conclude(ended, response, None)
    assert seen == [response]

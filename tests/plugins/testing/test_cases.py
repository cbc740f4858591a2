"""Async tests of unittest run on one event loop of their class."""

import asyncio
import unittest

import anyio
import anyio.lowlevel
import kernel_testing
import pytest
import sniffio
from kernel_testing import AsyncTestCase, Client, TestCase

from kernel import Kernel


def run(case):
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
    return result


def case_of(backend_, seen):
    class Case(AsyncTestCase):
        backend = backend_

        async def setUp(self):
            await anyio.lowlevel.checkpoint()
            seen.append(("setUp", sniffio.current_async_library()))
            self.addCleanup(self.clean, "async")
            self.addCleanup(seen.append, ("cleanup", "sync"))

        async def clean(self, how):
            seen.append(("cleanup", how))

        async def tearDown(self):
            seen.append(("tearDown", None))

        async def helper(self):
            await anyio.lowlevel.checkpoint()
            return 7

        async def test_passes(self):
            assert await self.helper() == 7

        async def test_fails(self):
            await anyio.lowlevel.checkpoint()
            self.fail("on purpose")

        def test_sync(self):
            assert seen

    return Case


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_async_and_sync_tests_are_mixed_and_a_failure_is_a_failure(backend):
    seen = []
    result = run(case_of(backend, seen))
    assert (result.testsRun, len(result.failures), result.errors) == (3, 1, [])
    assert "test_fails" in str(result.failures[0][0])
    assert seen[:4] == [("setUp", backend), ("tearDown", None), ("cleanup", "sync"), ("cleanup", "async")]
    assert len(seen) == 12


def test_a_class_without_async_methods_opens_no_event_loop():
    class Case(AsyncTestCase):
        def test_nothing(self):
            assert "_portal" not in vars(type(self))

    assert run(Case).wasSuccessful()


def test_the_plain_test_case_is_that_of_unittest():
    assert TestCase is unittest.TestCase


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        kernel_testing.Nothing  # noqa: B018


def entering(backend_, seen):
    class Entering(AsyncTestCase):
        backend = backend_

        async def setUp(self):
            self.client = await Client(Kernel({"plugins": {"active": ""}})).__aenter__()

        async def tearDown(self):
            await self.client.__aexit__(None, None, None)
            seen.append("left")

        async def test_of_the_client(self):
            seen.append((await self.client.get("/")).status)

    return Entering


def entered(backend_, seen):
    class Entered(AsyncTestCase):
        backend = backend_

        async def setUp(self):
            self.client = await self.enterAsyncContext(Client(Kernel({"plugins": {"active": ""}})))
            self.addCleanup(seen.append, "left")

        async def test_of_the_client(self):
            seen.append((await self.client.get("/")).status)

    return Entered


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("case", [entering, entered])
def test_what_set_up_enters_is_left_in_the_same_task(case, backend):
    seen = []
    result = run(case(backend, seen))
    assert (result.errors, result.failures) == ([], [])
    assert seen == [404, "left"]


def raising(error):
    class Case(AsyncTestCase):
        async def test_a(self):
            raise error()

        async def test_b(self):
            await anyio.lowlevel.checkpoint()

    return Case


@pytest.mark.parametrize("error", [pytest.skip.Exception, asyncio.CancelledError])
def test_what_is_no_exception_ends_its_test_only(error):
    result = run(raising(error))
    assert (result.testsRun, len(result.errors)) == (2, 1)
    assert error.__name__ in result.errors[0][1]


def test_an_interrupted_test_holds_nothing_up():
    case = raising(KeyboardInterrupt)("test_a")
    with pytest.raises(KeyboardInterrupt):
        case.debug()
    case.doClassCleanups()
    assert case.tearDown_exceptions == []
    case._calls.close()

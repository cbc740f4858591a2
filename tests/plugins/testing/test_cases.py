"""Async tests of unittest run on one event loop of their class."""

import unittest

import anyio
import anyio.lowlevel
import kernel_testing
import pytest
import sniffio
from kernel_testing import AsyncTestCase, TestCase


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

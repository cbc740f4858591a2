"""A stand-in looks like what it stands for."""

import inspect
from typing import Any

import pytest
from kernel_trace.measured import Measured, measure
from kernel_trace.recorder import Recorder
from kernel_trace.timings import Timings

from kernel import Request, Response
from kernel.boot.plan import Step
from kernel.layers import where
from kernel.serve.wrappers import is_async, is_blocking, label


async def slow(response: Response, request: Request) -> Response:
    return response


def quick(response: Response) -> Response:
    return response


quick.blocking = False  # type: ignore[attr-defined]  # as users mark a hook


class Callable:
    def __call__(self, request: Request) -> None:
        """Do nothing."""

    def method(self, request: Request) -> None:
        """Do nothing."""


def measured(function: Any, phase: str = "after_request", status: str = "active", plugin: str = "shop") -> Any:
    recorder = Recorder(Timings(), 10**12, lambda: None, lambda: 0)
    return measure(recorder, Step(phase, label(function), plugin, "route", "", False, status), function, None)


@pytest.mark.parametrize("function", [slow, quick, Callable().method, lambda request: None, Callable()])
def test_it_shows_name_place_and_kind_of_the_function(function: Any) -> None:
    stand_in = measured(function)
    assert isinstance(stand_in, Measured)
    assert (label(stand_in), where(stand_in)) == (label(function), where(function))
    assert (is_async(stand_in), is_blocking(stand_in)) == (is_async(function), is_blocking(function))
    assert inspect.signature(stand_in) == inspect.signature(function)


def test_what_it_lacks_the_function_has_or_nobody() -> None:
    assert measured(quick).blocking is False
    with pytest.raises(AttributeError, match="'function' object has no attribute 'blocking'"):
        _ = measured(slow).blocking


@pytest.mark.parametrize("options", [{"status": "overridden: by 'x'"}, {"plugin": "trace"}])
def test_what_is_not_called_and_what_measures_stays_as_it_is(options: Any) -> None:
    assert measured(quick, **options) is quick


def test_nothing_is_measured_twice() -> None:
    once = measured(quick)
    assert measured(once) is once

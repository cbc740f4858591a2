"""What exception handlers may be and may answer, asked through ASGI on both loops."""

from typing import Any

import pytest
from kernel_errors import BadRequest, Error, ErrorCode, ErrorList
from kernel_errors.handlers import unwrapped
from kernel_testing import Incomplete

from kernel import Response
from kernel.errors import BootError, ClientDisconnect, HTTPException

pytestmark = pytest.mark.anyio
ERRORS = ErrorList(ErrorCode(1100, "Authorization error", 401))


def as_text(request: Any, error: Exception) -> str:
    return f"{request.route}: {error}"


async def as_data(request: Any, error: Exception) -> dict[str, str]:
    return {"kind": type(error).__name__}


@pytest.mark.parametrize(
    ("handlers", "error", "body"),
    [
        ({KeyError: as_text}, KeyError("x"), b"GET /raised: 'x'"),
        ({LookupError: as_data}, KeyError("x"), b'{"kind":"KeyError"}'),
        ({Exception: as_text, LookupError: as_data}, KeyError("x"), b'{"kind":"KeyError"}'),
        ({404: as_data, HTTPException: as_text}, HTTPException(404), b'{"kind":"HTTPException"}'),
        ({401: as_data}, Error(1100), b'{"kind":"Error"}'),
        ({400: as_data}, BadRequest(), b'{"kind":"BadRequest"}'),
        ({Error: as_data}, Error(7), b'{"kind":"Error"}'),
        ({KeyError: as_data}, ExceptionGroup("", [ExceptionGroup("", [KeyError()])]), b'{"kind":"KeyError"}'),
    ],
)
async def test_what_a_handler_returns_is_rendered(
    handlers: Any, error: Exception, body: bytes, make_kernel: Any, make_app: Any, asking: Any
) -> None:
    kernel = make_kernel(make_app(error, errors=ERRORS, exception_handlers=handlers))
    first, second = await asking(kernel, "/raised"), await asking(kernel, "/raised")
    assert (first.status, first.body) == (second.status, second.body) == (200, body)


async def test_a_response_of_a_handler_can_be_used_again(make_kernel: Any, make_app: Any, asking: Any) -> None:
    sorry = Response("sorry", 503)
    kernel = make_kernel(make_app(KeyError(), exception_handlers={KeyError: lambda request, error: sorry}))
    first, second = await asking(kernel, "/raised"), await asking(kernel, "/raised")
    assert (first.status, first.body, first.headers) == (second.status, second.body, second.headers)


async def test_a_value_nobody_renders_is_a_server_error(
    make_kernel: Any, make_app: Any, asking: Any, caplog: pytest.LogCaptureFixture
) -> None:
    kernel = make_kernel(make_app(KeyError(), exception_handlers={KeyError: lambda request, error: object()}))
    assert (await asking(kernel, "/raised")).json()["code"] == 1000
    assert "no active plugin renders what an exception handler returned" in caplog.text


async def test_a_handler_that_fails_is_a_server_error(make_kernel: Any, make_app: Any, asking: Any) -> None:
    kernel = make_kernel(make_app(KeyError(), exception_handlers={KeyError: lambda: None}))
    assert (await asking(kernel, "/raised")).json()["code"] == 1000


async def test_a_client_that_left_is_no_matter_for_a_handler(make_kernel: Any, make_app: Any, asking: Any) -> None:
    called: list[Exception] = []
    handlers = {Exception: lambda request, error: called.append(error)}
    kernel = make_kernel(make_app(ClientDisconnect(), exception_handlers=handlers))
    with pytest.raises(Incomplete):  # nothing was sent
        await asking(kernel, "/raised")
    assert called == []


async def test_routes_without_handlers_have_no_layer(make_kernel: Any, make_app: Any) -> None:
    for app, count in ((make_app(None), 0), (make_app(None, exception_handlers={404: as_text}), 2)):
        steps = [step for _, steps in make_kernel(app).boot().plan.routes for step in steps]
        assert sum(step.callable.startswith("exception_handlers") for step in steps) == count


@pytest.mark.parametrize("handlers", [{"404": as_text}, {BaseException: as_text}, {404: "page"}])
async def test_handlers_that_can_never_be_called_are_findings(handlers: Any, make_kernel: Any, make_app: Any) -> None:
    with pytest.raises(BootError, match="exception_handlers: the "):
        make_kernel(make_app(None, exception_handlers=handlers)).boot()


async def test_a_group_of_several_stays_a_group() -> None:
    group = ExceptionGroup("", [KeyError(), ValueError()])
    assert unwrapped(group) is group

"""Handlers of the whole project: what no route handles, by status and by class."""

from typing import Any

import pytest
from kernel_errors import Error, ErrorCode, ErrorList, ServerError

from kernel import App
from kernel.errors import BootError, HTTPException

pytestmark = pytest.mark.anyio


def saying(word: str) -> Any:
    return lambda request, error: word


async def later(request: Any, error: Exception) -> str:
    return f"later {type(error).__name__}"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (KeyError("x"), b"lookup"),
        (ValueError("x"), b"later ValueError"),
        (HTTPException(404), b"404"),
        (Error(2001), b"409"),
        (ServerError("told"), b"500"),
        (OSError("x"), b"anything"),
    ],
)
async def test_a_status_or_the_nearest_class_decides(
    make_kernel: Any, make_app: Any, asking: Any, error: Exception, expected: bytes
) -> None:
    handlers = {
        404: saying("404"),
        409: saying("409"),
        500: saying("500"),
        LookupError: saying("lookup"),
        ValueError: later,
        Exception: saying("anything"),
    }
    codes = ErrorList(ErrorCode(2001, "Taken", 409))
    app = make_app(error, error_handlers=handlers, errors=codes)
    assert (await asking(make_kernel(app), "/raised")).body == expected


async def test_a_path_without_a_route_is_handled_too(make_kernel: Any, make_app: Any, asking: Any) -> None:
    kernel = make_kernel(make_app(None, error_handlers={404: saying("lost"), 405: saying("other")}))
    assert (await asking(kernel, "/nowhere")).body == b"lost"
    assert (await asking(kernel, "/raised", "DELETE")).body == b"other"


async def test_what_nobody_handles_is_answered_as_always(make_kernel: Any, make_app: Any, asking: Any) -> None:
    kernel = make_kernel(make_app(HTTPException(409), error_handlers={404: saying("lost")}))
    assert (await asking(kernel, "/raised")).json()["code"] == 409


async def test_the_handlers_of_a_route_come_first(make_kernel: Any, make_app: Any, asking: Any) -> None:
    keywords = {"error_handlers": {KeyError: saying("project")}, "exception_handlers": {KeyError: saying("app")}}
    assert (await asking(make_kernel(make_app(KeyError(), **keywords)), "/raised")).body == b"app"


@pytest.mark.parametrize("key", [500, Exception])
@pytest.mark.parametrize("handler", [saying("sorry"), later])
async def test_a_page_for_internal_errors_keeps_log_and_id(
    make_kernel: Any, make_app: Any, asking: Any, caplog: pytest.LogCaptureFixture, key: Any, handler: Any
) -> None:
    app = make_app(ZeroDivisionError("secret"), error_handlers={key: handler})
    answer = await asking(make_kernel(app), "/raised")
    assert answer.body in (b"sorry", b"later ZeroDivisionError")
    (record,) = caplog.records
    assert record.getMessage() == f"GET '/raised' failed in app 'shop' (error {answer.header('x-error-id')})"


async def test_exception_alone_is_not_asked_about_expected_errors(make_kernel: Any, make_app: Any, asking: Any) -> None:
    kernel = make_kernel(make_app(HTTPException(409), error_handlers={Exception: saying("sorry")}))
    assert (await asking(kernel, "/raised")).status == 409


def test_a_key_claimed_by_two_apps_names_both(make_kernel: Any, make_app: Any) -> None:
    apps = [make_app(None, error_handlers={404: later}), App(name="blog", error_handlers={404: later})]
    with pytest.raises(BootError, match="plugin 'blog': hook 'kernel_error_handlers': 404 is claimed by 'shop' too"):
        make_kernel(*apps).boot()


@pytest.mark.parametrize(
    ("handlers", "message"),
    [
        ({"404": later}, "the key '404' is neither a status nor an Exception"),
        ({404: "x"}, "the handler of 404 cannot be called: 'x'"),
    ],
)
def test_what_cannot_be_used_is_a_finding(make_kernel: Any, make_app: Any, handlers: Any, message: str) -> None:
    with pytest.raises(BootError, match=message):
        make_kernel(make_app(None, error_handlers=handlers)).boot()

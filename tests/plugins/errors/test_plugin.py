"""The plugin in a kernel, asked through ASGI on both loops."""

import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
from kernel_errors import BadRequest, Error, ErrorCode, ErrorList, NotFound

from kernel import App, Kernel, Plugin, hookimpl
from kernel.errors import BootError, HTTPException

pytestmark = pytest.mark.anyio
ERRORS = ErrorList(ErrorCode(1100, "Authorization error", 401))


class Shy(Plugin):
    """A plugin that rescues a type of its own."""

    @hookimpl
    def kernel_rescue(self, exc_type: type[Exception]) -> Callable[..., Any] | None:
        if issubclass(exc_type, LookupError):
            return lambda request, error: NotFound("rescued")
        return None


@pytest.mark.parametrize("path", ["/raised", "/returned"])
@pytest.mark.parametrize("errors", [ERRORS, [ERRORS], (ERRORS, ErrorList())])
async def test_a_code_of_an_app_is_answered(
    path: str, errors: Any, make_kernel: Any, make_app: Any, asking: Any
) -> None:
    answer = await asking(make_kernel(make_app(Error(1100), errors=errors)), path)
    assert answer.status == 401
    assert answer.json() == {"status": "error", "code": 1100, "message": "Authorization error"}


@pytest.mark.parametrize("path", ["/raised", "/returned"])
async def test_an_exception_is_answered(path: str, make_kernel: Any, make_app: Any, asking: Any) -> None:
    answer = await asking(make_kernel(make_app(BadRequest({"message": "Login failed!"}))), path)
    assert (answer.status, answer.json()) == (400, {"message": "Login failed!"})


async def test_no_route_is_code_1001_and_another_method_1004(make_kernel: Any, make_app: Any, asking: Any) -> None:
    kernel = make_kernel(make_app(None))
    lost, other = await asking(kernel, "/nowhere"), await asking(kernel, "/returned", "DELETE")
    assert (lost.status, lost.json()["code"]) == (404, 1001)
    assert (other.status, other.json()["code"]) == (405, 1004)
    assert (b"allow", b"GET, HEAD, OPTIONS") in other.headers


async def test_an_unexpected_error_is_logged_once_and_does_not_leak(
    make_kernel: Any, make_app: Any, asking: Any, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await asking(make_kernel(make_app(ValueError("secret"))), "/raised")
    assert answer.body == b'{"status":"error","code":1000,"message":"Server error"}'
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    number = answer.header("x-error-id")
    assert re.fullmatch("[0-9a-f]{10}", number)
    assert record.getMessage() == f"GET '/raised' failed in app 'shop' (error {number})"
    assert record.error_id == number
    assert "secret" in caplog.text


async def test_an_expected_error_is_not_logged(
    make_kernel: Any, make_app: Any, asking: Any, caplog: pytest.LogCaptureFixture
) -> None:
    await asking(make_kernel(make_app(HTTPException(503))), "/raised")
    assert caplog.records == []


async def test_data_without_a_form_in_json_is_a_server_error(make_kernel: Any, make_app: Any, asking: Any) -> None:
    answer = await asking(make_kernel(make_app(Error(1002, data=object()))), "/raised")
    assert answer.status == 500


async def test_other_rescuers_come_first(make_kernel: Any, make_app: Any, asking: Any) -> None:
    answer = await asking(make_kernel(make_app(KeyError("x")), plugins=[Shy]), "/raised")
    assert (answer.status, answer.body) == (404, b"rescued")


async def test_problem_details_by_configuration(make_kernel: Any, make_app: Any, asking: Any) -> None:
    answer = await asking(make_kernel(make_app(Error(1100), errors=ERRORS), style="problem"), "/raised")
    assert (b"content-type", b"application/problem+json") in answer.headers
    assert (answer.json()["status"], answer.json()["code"]) == (401, 1100)


async def test_the_registry_is_a_service(make_kernel: Any, make_app: Any) -> None:
    kernel: Kernel = make_kernel(make_app(None, errors=ERRORS)).boot()
    assert kernel.service("errors").owner(1100) == "shop"


async def test_two_apps_with_one_code_do_not_start(make_kernel: Any, make_app: Any) -> None:
    other = App(name="blog", errors=ErrorList(ErrorCode(1100, "Other", 400), ErrorCode(1000, "Mine", 400)))
    with pytest.raises(BootError) as caught:
        make_kernel(make_app(None, errors=ERRORS), other).boot()
    assert [problem.id for problem in caught.value.problems] == ["error.duplicate"] * 2
    assert "error code 1100" in str(caught.value)
    assert "'shop'" in str(caught.value)
    assert "'blog'" in str(caught.value)


async def test_a_format_that_does_not_exist_is_a_finding(make_kernel: Any, make_app: Any) -> None:
    with pytest.raises(BootError, match=r"\[errors\] format"):
        make_kernel(make_app(None), style="xml").boot()


async def test_every_internal_error_has_an_id_of_its_own(make_kernel: Any, make_app: Any, asking: Any) -> None:
    kernel = make_kernel(make_app(ValueError()))
    numbers = {(await asking(kernel, "/raised")).header("x-error-id") for _ in range(3)}
    assert len(numbers) == 3


async def test_expected_errors_have_no_id(make_kernel: Any, make_app: Any, asking: Any) -> None:
    answers = [await asking(make_kernel(make_app(BadRequest())), path) for path in ("/raised", "/nowhere")]
    assert [answer.header("x-error-id") for answer in answers] == [None, None]


async def test_a_plugin_may_show_more_of_an_internal_error(make_kernel: Any, make_app: Any, asking: Any) -> None:
    class Show(Plugin):
        @hookimpl
        def kernel_unexpected(self) -> Callable[..., Any]:
            return lambda request, error, answer: answer if request.scope["path"] == "/raised" else None

    class Other(Plugin):
        @hookimpl
        def kernel_unexpected(self) -> Callable[..., Any]:
            return lambda request, error, answer: None

    kernel = make_kernel(make_app(ValueError()), plugins=[Other, Show])
    assert (await asking(kernel, "/raised")).status == 500

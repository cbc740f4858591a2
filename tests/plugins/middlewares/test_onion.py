"""The way out is the way in backwards, for good answers and for errors."""

import logging

import pytest
from kernel_errors import BadRequest, NotFound, Unauthorized
from kernel_middlewares import Middleware
from kernel_responses import Text
from kernel_testing import Client

from kernel import Hooks
from kernel.errors import NOT_FOUND

pytestmark = pytest.mark.anyio


def noting(log, name, **methods):
    """Return a middleware class that notes what it does."""

    class Noting(Middleware):
        async def process_request(self, request):
            log.append(f"{name} in")
            request.context[name] = True
            return request, None

        async def process_handler(self, request, handler):
            log.append(f"{name} wraps")

            async def wrapped(request):
                log.append(f"{name} calls")
                return await handler(request)

            return wrapped

        async def process_response(self, request, response):
            log.append(f"{name} out {response.status}")
            response.headers.append((b"x-out", name.encode()))
            return response

    return type(name, (Noting,), methods)


async def answer(kernel, path="/", method="GET"):
    async with Client(kernel) as client:
        return await client.request(method, path)


async def refuse(self, request):
    raise BadRequest({"error": "token"})


async def direct(self, request):
    return request, Text("direct")


async def test_two_middlewares_are_entered_in_order_and_left_in_reverse(log, kernel_of):
    response = await answer(kernel_of(noting(log, "One"), noting(log, "Two")))
    assert log == [
        "One in", "Two in", "One wraps", "Two wraps", "Two calls", "One calls", "handler", "Two out 200", "One out 200",
    ]  # fmt: skip
    assert response.json() == {"context": {"One": True, "Two": True}}
    assert [value for name, value in response.headers if name == b"x-out"] == [b"Two", b"One"]


async def test_a_direct_answer_is_seen_by_those_entered(log, kernel_of):
    direct_two = noting(log, "Two", process_request=direct)
    response = await answer(kernel_of(noting(log, "One"), direct_two, noting(log, "Three")))
    assert response.body == b"direct"
    assert log == ["One in", "Two out 200", "One out 200"]


async def test_a_direct_answer_is_a_success(log, shop, kernel_of):
    hooks = Hooks()
    hooks.register("success_response", lambda: log.append("success"))
    hooks.register("request_end", lambda outcome: log.append(outcome))
    shop.answers["hooks"] = hooks
    await answer(kernel_of(noting(log, "One", process_request=direct)))
    assert log == ["One out 200", "success", "bypass"]


async def test_a_direct_answer_may_be_one_object_for_all_requests(log, kernel_of):
    ready = Text("ready")

    async def always(self, request):
        return request, ready

    async with Client(kernel_of(noting(log, "One", process_request=always))) as client:
        responses = [await client.get("/") for _ in range(2)]
    assert [[name for name, _ in response.headers].count(b"x-out") for response in responses] == [1, 1]


async def test_an_error_on_the_way_in_is_answered_and_seen_by_those_entered(log, kernel_of):
    response = await answer(kernel_of(noting(log, "One"), noting(log, "Two", process_request=refuse)))
    assert (response.status, response.json()["error"]) == (400, "token")
    assert log == ["One in", "Two out 400", "One out 400"]


async def test_an_error_may_stand_in_place_of_the_response(kernel_of):
    class Auth(Middleware):
        async def process_request(self, request):
            return request, Unauthorized()

        async def process_response(self, request, response):
            return NotFound() if response.status == 401 else response

    assert (await answer(kernel_of(Auth))).status == 404


async def test_the_request_alone_may_be_returned(log, kernel_of):
    class Auth(Middleware):
        @staticmethod
        def process_request(request):
            request.context["auth"] = {"user_id": 3}
            return request

    assert (await answer(kernel_of(Auth))).json() == {"context": {"auth": {"user_id": 3}}}


async def test_a_middleware_without_process_response_lets_errors_through(log, kernel_of):
    class Auth(Middleware):
        process_request = refuse

    assert (await answer(kernel_of(noting(log, "One"), Auth))).status == 400
    assert log == ["One in", "One out 400"]


async def test_the_answer_to_an_error_may_be_one_object_for_all_requests(log, kernel_of):
    async def lost(self, request):
        raise NOT_FOUND

    async with Client(kernel_of(noting(log, "One"), noting(log, "Two", process_request=lost))) as client:
        responses = [await client.get("/") for _ in range(2)]
    assert [[name for name, _ in response.headers].count(b"x-out") for response in responses] == [2, 2]


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [("/nowhere", "GET", 404), ("/", "PUT", 405), ("/crash", "GET", 500), ("/forbidden", "GET", 403)],
)
async def test_errors_are_seen_and_may_be_replaced(log, kernel_of, path, method, status):
    class Replacing(Middleware):
        async def process_response(self, request, response):
            log.append(response.status)
            return Text("replaced", status=203)

    response = await answer(kernel_of(Replacing), path, method)
    assert (log, response.status, response.body) == ([status], 203, b"replaced")


async def test_an_unexpected_error_is_logged_once_and_says_nothing(log, kernel_of, caplog):
    response = await answer(kernel_of(noting(log, "One"), noting(log, "Two")), "/crash")
    assert (response.status, response.json()["code"]) == (500, 1000)
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert str(record.exc_info[1]) == "secret"
    assert log[-2:] == ["Two out 500", "One out 500"]


async def test_an_error_on_the_way_out_is_answered_and_seen_further_out(log, kernel_of, caplog):
    async def fail(self, request, response):
        raise ValueError("secret")

    async def refuse(self, request, response):
        raise BadRequest({"error": "late"})

    classes = noting(log, "One"), noting(log, "Two", process_response=fail)
    assert (await answer(kernel_of(*classes))).json()["code"] == 1000
    assert log[-1] == "One out 500"
    classes = noting(log, "One"), noting(log, "Two", process_response=refuse)
    assert (await answer(kernel_of(*classes))).json() == {"error": "late"} | (await answer(kernel_of(*classes))).json()
    assert log[-1] == "One out 400"
    assert len([record for record in caplog.records if record.levelno >= logging.ERROR]) == 1


async def test_methods_may_be_static_class_or_instance_methods_sync_or_async(log, kernel_of):
    class Mixed(Middleware):
        @staticmethod
        def process_request(request):
            log.append("request")
            return request, None

        @classmethod
        async def process_handler(cls, request, handler):
            log.append(cls.__name__)
            return lambda request: handler(request)

        def process_response(self, request, response):
            log.append(type(self).__name__)
            return response

    assert (await answer(kernel_of(Mixed))).status == 200
    assert log == ["request", "Mixed", "handler", "Mixed"]


async def test_a_method_may_ask_the_one_it_overrides(kernel_of):
    class Polite(Middleware):
        async def process_request(self, request):
            return await super().process_request(request)

        async def process_handler(self, request, handler):
            return await super().process_handler(request, handler)

        async def process_response(self, request, response):
            return await super().process_response(request, response)

        def process_application(self, application):
            return super().process_application(application)

    assert (await answer(kernel_of(Polite))).status == 200


@pytest.mark.parametrize(
    ("name", "value", "due"),
    [
        ("process_request", None, "a Request, (request, None) or (request, response)"),
        ("process_request", (1, 2, 3), "a Request, (request, None) or (request, response)"),
        ("process_response", None, "a Response"),
        ("process_handler", None, "a handler: async (request) -> response"),
    ],
)
async def test_a_wrong_shape_is_500_and_the_log_says_who_owes_what(log, kernel_of, caplog, name, value, due):
    async def wrong(self, *arguments):
        return value

    response = await answer(kernel_of(noting(log, "One", **{name: wrong})))
    assert (response.status, response.json()["code"]) == (500, 1000)
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert f"middleware 'One.{name}' owes {due} and returned {value!r} ({__file__}:" in str(record.exc_info[1])


async def test_a_direct_answer_of_a_wrong_type_is_500(log, kernel_of, caplog):
    async def wrong(self, request):
        return request, "hello"

    assert (await answer(kernel_of(noting(log, "One", process_request=wrong)))).status == 500
    assert "'One.process_request' owes" in str(caplog.records[0].exc_info[1])


async def test_a_hidden_coroutine_is_500_without_a_warning(log, kernel_of, caplog):
    async def inner():
        return None

    async def wrong(self, request, response):
        return inner()

    assert (await answer(kernel_of(noting(log, "One", process_response=wrong)))).status == 500


async def test_a_request_for_another_host_never_gets_here(log, kernel_of):
    async with Client(kernel_of(noting(log, "One"))) as client:
        assert (await client.get("/", headers={"host": "evil.example"})).status == 400
    assert log == []


async def test_a_client_that_leaves_is_no_error(log, shop, kernel_of):
    async def read(self, request):
        await request.body()
        return request, None

    kernel = kernel_of(noting(log, "One", process_request=read))
    async with Client(kernel) as client:
        await client.post("/", headers={"content-length": "10"}, disconnect_after=0)
    assert log == []

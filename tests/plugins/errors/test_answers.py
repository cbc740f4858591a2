"""The responses of errors, in both formats."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, strategies as st
from kernel_errors import BadRequest, Error, ErrorCode, ErrorList, ErrorRegistry, ExceptionResponse, NotFound
from kernel_errors.answers import Answers

from kernel import Response
from kernel.errors import HTTPException

REGISTRY = ErrorRegistry([("shop", ErrorList(ErrorCode(1100, "User {} is late", 401)))])
ANSWERS = Answers(REGISTRY, "json")
PROBLEMS = Answers(REGISTRY, "problem")
JSON = [(b"content-type", b"application/json")]


def content(response: Response) -> Any:
    return json.loads(response.body)


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        (404, 1001, "Not found"),
        (405, 1004, "Method not allowed"),
        (413, 1005, "Payload too large"),
        (500, 1000, "Server error"),
        (503, 1006, "Service unavailable"),
        (504, 1007, "Gateway timeout"),
        (418, 418, "I'm a Teapot"),
        (400, 1002, "Unexpected data"),
    ],
)
def test_a_plain_status_answers_with_its_code(status: int, code: int, message: str) -> None:
    response = ANSWERS.plain(HTTPException(status))
    assert (response.status, content(response)) == (status, {"status": "error", "code": code, "message": message})
    assert response.headers == JSON


def test_a_detail_of_its_own_is_the_message() -> None:
    assert content(ANSWERS.plain(HTTPException(413, "at most 5 bytes")))["message"] == "at most 5 bytes"
    unnamed = ANSWERS.plain(HTTPException(499, "closed"))
    assert (unnamed.status, content(unnamed)["code"]) == (499, 499)


def test_the_headers_of_a_plain_status_are_kept() -> None:
    response = ANSWERS.plain(HTTPException(405, headers=[(b"allow", b"GET")]))
    assert sorted(response.headers) == [(b"allow", b"GET"), *JSON]


def test_two_answers_share_no_headers() -> None:
    ANSWERS.plain(HTTPException(404)).headers.append((b"x-a", b"1"))
    assert ANSWERS.plain(HTTPException(404)).headers == JSON


@pytest.mark.parametrize("data", [0, "", [], False, {"zeta": "Required"}])
def test_data_is_sent_whatever_it_is(data: Any) -> None:
    response = ANSWERS.error(Error(1002, data=data))
    assert response.body == b'{"status":"error","code":1002,"message":"Unexpected data","data":%s}' % (
        json.dumps(data, separators=(",", ":")).encode()
    )


def test_an_error_has_the_status_message_and_headers_of_its_code() -> None:
    response = ANSWERS.error(Error(1100, "ann", headers=[("X-A", "1")]))
    assert (response.status, content(response)["message"]) == (401, "User ann is late")
    assert (b"x-a", b"1") in response.headers


def test_a_content_type_among_the_headers_is_sent_once() -> None:
    response = ANSWERS.error(Error(1100, headers=[("content-type", "application/x")]))
    assert response.headers == [(b"content-type", b"application/x")]


@pytest.mark.parametrize("code", [7, "x", None, 1.5])
def test_a_code_nobody_declares_is_logged_and_a_server_error(code: Any, caplog: pytest.LogCaptureFixture) -> None:
    response = ANSWERS.error(Error(code))
    assert (response.status, content(response)["code"]) == (500, 1000)
    (record,) = caplog.records
    number = dict(response.headers)[b"x-error-id"].decode()
    advice = f"error code {code!r} is declared by no app; add it to an ErrorList in App(errors=)"
    assert record.getMessage() == f"{advice} (error {number})"


@pytest.mark.parametrize(
    ("error", "body", "kind"),
    [
        (BadRequest({"message": "no"}), b'{"message":"no"}', b"application/json"),
        (BadRequest([1, 2]), b"[1,2]", b"application/json"),
        (BadRequest((date(2024, 1, 2),)), b'["2024-01-02"]', b"application/json"),
        (BadRequest("no"), b"no", b"text/plain; charset=utf-8"),
        (BadRequest(""), b"", b"text/plain; charset=utf-8"),
        (BadRequest(5), b"5", b"text/plain; charset=utf-8"),
        (BadRequest(b"raw"), b"raw", b"text/plain; charset=utf-8"),
        (BadRequest(), b"Bad Request", b"text/plain; charset=utf-8"),
        (BadRequest("<p>", "text/html"), b"<p>", b"text/html"),
        (BadRequest({"a": 1}, "application/x+json"), b'{"a":1}', b"application/x+json"),
        (ExceptionResponse(), b"Internal Server Error", b"text/plain; charset=utf-8"),
    ],
)
def test_a_body_decides_how_it_is_sent(error: ExceptionResponse, body: bytes, kind: bytes) -> None:
    response = ANSWERS.custom(error)
    assert (response.status, response.body, response.headers) == (error.status, body, [(b"content-type", kind)])


@pytest.mark.parametrize("answer", [lambda: ANSWERS.internal("0123456789"), lambda: PROBLEMS.internal("0123456789")])
def test_an_internal_error_bears_its_id_in_a_header(answer: Any) -> None:
    assert answer().headers[1] == (b"x-error-id", b"0123456789")


def test_the_body_of_an_internal_error_is_always_the_same_in_json() -> None:
    assert ANSWERS.internal("0123456789").body == b'{"status":"error","code":1000,"message":"Server error"}'


def test_the_problem_details_of_an_internal_error_name_the_instance() -> None:
    assert content(PROBLEMS.internal("0123456789")) == {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
        "detail": "Server error",
        "code": 1000,
        "instance": "urn:error:0123456789",
    }


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        (ExceptionResponse("x" * 2000, 409, compress=True), ANSWERS.custom),
        (ExceptionResponse({"a": "x" * 2000}, 409, compress=True), ANSWERS.custom),
        (Error(1002, data="x" * 2000, compress=True), ANSWERS.error),
    ],
)
def test_an_error_can_be_compressed(error: Any, answer: Any) -> None:
    assert (answer(error).streamed, len(answer(error).body) >= 2000) == (True, True)
    error.compress = False
    assert not answer(error).streamed


def test_a_code_may_have_both_words_for_its_message_and_data() -> None:
    expected = {"status": "error", "code": 1100, "message": "User ann is late", "data": {"x": 1}}
    assert content(ANSWERS.error(Error(1100, "ann", data={"x": 1}))) == expected


def test_problem_details_of_a_code() -> None:
    response = PROBLEMS.error(Error(1100, "ann", data={"x": 1}))
    assert response.headers == [(b"content-type", b"application/problem+json")]
    assert content(response) == {
        "type": "about:blank",
        "title": "Unauthorized",
        "status": 401,
        "detail": "User ann is late",
        "code": 1100,
        "data": {"x": 1},
    }


def test_problem_details_of_a_status() -> None:
    expected = {"type": "about:blank", "title": "Not Found", "status": 404, "detail": "Not found", "code": 1001}
    assert content(PROBLEMS.plain(HTTPException(404))) == expected
    assert content(PROBLEMS.custom(NotFound())) == expected
    assert content(PROBLEMS.plain(HTTPException(499, "closed")))["title"] == "Error"


def test_a_body_of_ones_own_is_sent_as_it_is_in_both_formats() -> None:
    assert PROBLEMS.custom(NotFound("gone fishing")).body == b"gone fishing"


def test_the_answer_fits_the_type() -> None:
    assert ANSWERS.of(Error) == ANSWERS.error
    assert ANSWERS.of(NotFound) == ANSWERS.custom
    assert ANSWERS.of(HTTPException) == ANSWERS.plain
    assert ANSWERS.of(ValueError) is None


@pytest.mark.parametrize("answers", [ANSWERS, PROBLEMS])
def test_a_path_without_a_route_has_the_answer_of_any_404(answers: Answers) -> None:
    ready = answers.rescuer(HTTPException).not_found  # type: ignore[union-attr]  # what the kernel looks for
    made = answers.plain(HTTPException(404))
    assert (ready.status, ready.body, ready.pairs) == (404, made.body, made.pairs)


DATA = st.none() | st.booleans() | st.text() | st.dictionaries(st.text(), st.lists(st.text()) | st.integers(0, 9))


@pytest.mark.parametrize("answers", [ANSWERS, PROBLEMS])
@given(
    code=st.sampled_from([1000, 1002, 1100]),
    filling=st.sampled_from([None, "ann"]),
    data=DATA,
    headers=st.sampled_from([(), [("x-a", "1")]]),
)
def test_data_is_sent_as_in_an_answer_composed_of_its_parts(
    answers: Answers, code: int, filling: Any, data: Any, headers: Any
) -> None:
    error = Error(code, filling, data, headers)
    made, composed = answers.error(error), answers._composed(error)
    assert (made.status, made.body, made.pairs) == (composed.status, composed.body, composed.pairs)

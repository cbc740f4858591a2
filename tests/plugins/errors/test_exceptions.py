"""The HTTP exceptions."""

from http import HTTPStatus
from inspect import isclass

import kernel_errors
import pytest
from kernel_errors import ExceptionResponse, Unauthorized
from kernel_errors.exceptions import _Predefined

from kernel.errors import HTTPException

PREDEFINED = [
    thing
    for thing in (getattr(kernel_errors, name) for name in kernel_errors.__all__)
    if isclass(thing) and issubclass(thing, _Predefined)
]


@pytest.mark.parametrize("kind", PREDEFINED)
def test_every_exception_can_be_caught_and_has_the_phrase_of_its_status(kind: type[_Predefined]) -> None:
    error = kind()
    assert isinstance(error, HTTPException)
    assert isinstance(error, Exception)
    assert (error.detail, error.body) == (HTTPStatus(kind.default_status).phrase, None)
    assert str(kind.default_status) in str(kind.__doc__)


def test_no_status_has_two_exceptions() -> None:
    statuses = [kind.default_status for kind in PREDEFINED]
    assert len(set(statuses)) == len(statuses) >= 25


def test_a_text_is_the_detail() -> None:
    error = kernel_errors.Conflict("taken", headers=[("X-A", "1")])
    assert (error.status, error.detail, error.headers) == (409, "taken", ((b"x-a", b"1"),))


def test_a_status_of_ones_own() -> None:
    error = ExceptionResponse({"a": 1}, 418, content_type="application/tea+json")
    assert (error.status, error.body, error.content_type) == (418, {"a": 1}, "application/tea+json")
    assert ExceptionResponse("oh").status == 500


def test_unauthorized_asks_for_a_bearer_unless_it_asks_for_something_else() -> None:
    assert Unauthorized(headers=[("x-a", "1")]).headers == ((b"x-a", b"1"), (b"www-authenticate", b"Bearer"))
    assert Unauthorized(headers=[("WWW-Authenticate", "Basic")]).headers == ((b"www-authenticate", b"Basic"),)


def test_a_header_with_a_line_break_is_refused_where_it_is_made() -> None:
    with pytest.raises(ValueError, match="header"):
        kernel_errors.NotFound(headers=[("x-a", "1\n")])

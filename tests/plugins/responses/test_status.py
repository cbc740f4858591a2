from http import HTTPStatus

import pytest
from kernel_responses import Status


@pytest.mark.parametrize("code", [status.value for status in HTTPStatus])
def test_every_code_has_a_name_and_its_phrase(code: int) -> None:
    assert Status(code) == code
    assert Status(code).description == HTTPStatus(code).phrase


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("PERMANENTLY_REDIRECT", 308),
        ("REQUEST_TIME_OUT", 408),
        ("REQUEST_ENTITY_TOO_LARGE", 413),
        ("REQUEST_URI_TOO_LARGE", 414),
        ("REQUESTED_RANGE_NOT_SATISFIABLE", 416),
        ("UNPROCESSABLE_ENTITY", 422),
        ("GATEWAY_TIME_OUT", 504),
    ],
)
def test_older_names_are_further_names(name: str, code: int) -> None:
    assert Status[name] is Status(code)


def test_an_unknown_code_is_refused() -> None:
    with pytest.raises(ValueError, match="299"):
        Status(299)

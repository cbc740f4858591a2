"""Error codes and lists of them."""

from http import HTTPStatus

import pytest
from kernel_errors import ErrorCode, ErrorList, base_errors, codes

BROKEN = ErrorCode(1100, "Broken", 400)
GONE = ErrorCode(1101, "Gone", 410)


def test_a_code_gives_its_body() -> None:
    assert BROKEN.as_dict() == {"status": "error", "code": 1100, "message": "Broken"}


def test_a_code_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        BROKEN.code = 1  # type: ignore[misc]  # the test


def test_a_status_of_an_enumeration_becomes_a_number() -> None:
    assert type(ErrorCode(1, "Teapot", HTTPStatus.IM_A_TEAPOT).status) is int


@pytest.mark.parametrize("status", [200, 302, 399, 600])
def test_a_status_that_is_no_error_is_refused(status: int) -> None:
    with pytest.raises(ValueError, match=f"error code 1: status {status} is not within 400 to 599"):
        ErrorCode(1, "Fine", status)


def test_a_code_knows_where_it_was_declared() -> None:
    assert ErrorCode(1, "Here", 400).where.startswith(f"{__file__}:")
    assert ErrorCode(1100, "Broken", 400) == BROKEN
    assert [code.where.rpartition(":")[0] for code in base_errors] == [codes.__file__] * len(base_errors)


def test_a_list_finds_codes_by_number() -> None:
    errors = ErrorList(BROKEN, GONE)
    assert errors[1101] is GONE
    assert 1100 in errors
    assert 7 not in errors
    assert list(errors) == [BROKEN, GONE]
    assert len(errors) == 2
    assert dict(errors.items) == {1100: BROKEN, 1101: GONE}


def test_the_items_of_a_list_are_read_only() -> None:
    with pytest.raises(TypeError):
        ErrorList(BROKEN).items[1] = GONE  # type: ignore[index]  # the test


def test_lists_grow_by_codes_and_by_lists() -> None:
    errors = ErrorList()
    errors.extend(BROKEN)
    errors.merge(ErrorList(GONE))
    assert list(errors) == [BROKEN, GONE]


def test_a_number_twice_in_a_list_is_refused_with_both_places() -> None:
    with pytest.raises(ValueError, match=r"error code 1100 is declared twice: 'Broken' \(.*:8\) and 'Again' \(.*py:"):
        ErrorList(BROKEN, ErrorCode(1100, "Again", 400))


def test_a_code_that_is_there_already_is_refused_and_nothing_is_added() -> None:
    errors = ErrorList(BROKEN)
    with pytest.raises(ValueError, match="error code 1100"):
        errors.merge(ErrorList(GONE, BROKEN))
    assert list(errors) == [BROKEN]


def test_only_codes_and_lists_are_accepted() -> None:
    with pytest.raises(TypeError, match=r"holds ErrorCode\(code, message, status\), not 1100"):
        ErrorList(1100)  # type: ignore[arg-type]  # the test
    with pytest.raises(TypeError, match="merges with another ErrorList, not with"):
        ErrorList().merge([BROKEN])  # type: ignore[arg-type]  # the test


def test_the_built_in_codes_keep_numbers_messages_and_statuses() -> None:
    assert {code.code: (code.message, code.status) for code in base_errors} == {
        1000: ("Server error", 500),
        1001: ("Not found", 404),
        1002: ("Unexpected data", 400),
        1003: ("Disallowed host", 400),
        1004: ("Method not allowed", 405),
        1005: ("Payload too large", 413),
        1006: ("Service unavailable", 503),
        1007: ("Gateway timeout", 504),
    }

"""The 58 cases of the pack multipart-form-data-conformance, as a form sees them."""

import json
from base64 import b64decode
from hashlib import sha256
from pathlib import Path
from typing import Any

import multipart_form_data_conformance as pack
import pytest

from kernel.errors import HTTPException

pytestmark = pytest.mark.anyio
CASES = sorted(path.parent for path in pack.get_tests_dir().rglob("test.json"))
REFUSED = {
    "061-lf-only-lenient": "lines end in CRLF (RFC 2046); taking LF would cut files that hold such lines",
    "062-mixed-endings": "the same",
}
"""The exceptions: valid for a lenient parser, and 400 here."""
LEFT_EMPTY = {"028-empty-filename", "303-chrome-empty-file", "304-firefox-empty-file"}
"""A part without file name and bytes says that no file was chosen: it is valid, and a form has nothing of it."""


def expected(case: Path) -> Any:
    wanted = json.loads((case / "test.json").read_text("utf-8"))["expected"]
    if not wanted["valid"] or case.name in REFUSED:
        return 400
    return [described(part) for part in wanted["parts"] if part["filename"] != "" or part["body_size"]]


def described(part: dict[str, Any]) -> tuple[Any, ...]:
    body = part["body_text"].encode() if part.get("body_text") is not None else b64decode(part.get("body_base64", ""))
    digest = part.get("body_sha256") or sha256(body).hexdigest()
    told = (None, None) if part["filename"] is None else (part["filename"], part["content_type"])
    return part["name"], *told, part["body_size"], digest


async def parsed(request: Any) -> Any:
    try:
        form = await request.form()
    except HTTPException as error:
        return error.status
    return [(name, *await seen(value)) for name, value in form.multi_items()]


async def seen(value: Any) -> tuple[Any, ...]:
    if isinstance(value, str):
        return None, None, len(value.encode()), sha256(value.encode()).hexdigest()
    return value.filename, value.headers.get("content-type"), value.size, sha256(await value.read()).hexdigest()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_a_case_has_the_expected_outcome(make: Any, case: Path) -> None:
    """R23."""
    headers = json.loads((case / "headers.json").read_text("utf-8"))
    request = make(headers["content-type"], (case / "input.raw").read_bytes())
    assert await parsed(request) == expected(case)


def test_all_but_two_cases_pass_and_three_of_them_hold_no_file() -> None:
    names = {case.name for case in CASES}
    assert (len(names), len(REFUSED), names >= REFUSED.keys() | LEFT_EMPTY) == (58, 2, True)
    assert {case.name for case in CASES if expected(case) == []} == LEFT_EMPTY

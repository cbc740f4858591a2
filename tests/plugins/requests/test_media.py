import pytest
from kernel_requests import media

from kernel.errors import HTTPException


@pytest.mark.parametrize(
    ("name", "found"),
    [
        (None, "utf-8"),
        ("UTF-8", "utf-8"),
        ("latin1", "iso8859-1"),
        ("windows-1252", "cp1252"),
        ("Shift_JIS", "shift_jis"),
        ("utf-16", "utf-16"),
    ],
)
def test_charsets_of_plain_text_are_known(name: str | None, found: str):
    assert media.codec(name) == found


@pytest.mark.parametrize(
    "name", ["", "klingon", "punycode", "idna", "zlib", "unicode_escape", "utf-7", "a\0b", "\u0131"]
)
def test_other_charsets_are_415(name: str):
    with pytest.raises(HTTPException, match="415"):
        media.codec(name)

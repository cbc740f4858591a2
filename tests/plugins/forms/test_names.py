import re

import pytest
from hypothesis import example, given, strategies as st
from kernel_forms.names import safe_name

EVIL = [
    "../../x",
    "..\\x",
    "/abs",
    "C:\\x",
    "a\0.png",
    ".",
    "..",
    "",
    "a" * 5000,
    "." * 5000,
    "a\r\nb",
    "\u202egnp.exe",
    "CON.txt",
    "aux",
    "x/.htaccess",
    "\u2105",
    "/",
]


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("photo.png", "photo.png"),
        ("My  photo (1).PNG", "My_photo_1_.PNG"),
        ("r\u00e9sum\u00e9.pdf", "resume.pdf"),
        ("\u6587\u6863.pdf", "_.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\a.txt", "a.txt"),
        (".htaccess", "htaccess"),
        ("..", "file"),
        ("", "file"),
        ("con.txt", "_con.txt"),
        ("console.txt", "console.txt"),
        ("a" * 200 + ".tar", "a" * 124 + ".tar"),
        ("a." + "b" * 200, "a." + "b" * 126),
        ("a" * 128, "a" * 128),
        ("a" * 129, "a" * 128),
        ("a" * 128 + "." + "b" * 19, "a" * 108 + "." + "b" * 19),
        ("a" * 128 + "." + "b" * 20, "a" * 128),
        ("a" * 50 + "." + "b" * 100, "a" * 50 + "." + "b" * 77),
    ],
)
def test_a_safe_name_keeps_what_is_safe(filename: str, name: str):
    assert safe_name(filename) == name


@given(st.text() | st.sampled_from(EVIL))
@example("a" * 127 + ".\u0301")
def test_every_name_becomes_safe(filename: str):
    """R11."""
    assert re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}", safe_name(filename), re.ASCII)


@pytest.mark.parametrize("filename", EVIL)
def test_no_device_name_is_left(filename: str):
    assert safe_name(filename).partition(".")[0].lower() not in ("con", "aux")


def test_a_name_is_made_in_linear_time(grows_linearly):
    grows_linearly(safe_name, lambda n: "\u0301./\\ \ufb03" * n, 200)

"""Durations, sizes and secrets as they are written in config.ini."""

import pytest
from hypothesis import given, strategies as st
from kernel_settings import Duration, Secret, Size


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30", 30),
        ("30s", 30),
        ("500ms", 0.5),
        ("2m", 120),
        ("1h", 3600),
        ("1d", 86400),
        ("1.5 h", 5400),
        (7, 7),
        (0.5, 0.5),
    ],
)
def test_a_duration_is_seconds(text, seconds):
    assert Duration(text) == seconds


@pytest.mark.parametrize("text", ["", "s", "-1s", "1w", "1 s s", "soon", "1.s", "inf", "nan"])
def test_another_text_is_no_duration(text):
    with pytest.raises(ValueError, match="expected a duration like 30s or 500ms"):
        Duration(text)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("512", 512),
        ("512B", 512),
        ("10k", 10240),
        ("10KiB", 10240),
        ("10 MiB", 10 * 1024**2),
        ("1GiB", 1024**3),
        (5, 5),
    ],
)
def test_a_size_is_bytes(text, size):
    assert Size(text) == size


@pytest.mark.parametrize("text", ["", "MiB", "-1", "1.5MiB", "1TiB", "1 KiB KiB"])
def test_another_text_is_no_size(text):
    with pytest.raises(ValueError, match="expected a size like 512 or 10MiB"):
        Size(text)


@given(st.integers(0, 10**9), st.sampled_from(["", "s", "m", "h", "d"]))
def test_any_whole_number_with_a_unit_is_a_duration(number, unit):
    assert Duration(f"{number}{unit}") == number * Duration(f"1{unit}")


@given(st.text(min_size=1))
def test_a_secret_is_a_text_that_does_not_show_itself(text):
    secret = Secret(text)
    assert secret == text
    assert repr(secret) == "Secret('********')"
    assert f"{[secret]!r}" == "[Secret('********')]"

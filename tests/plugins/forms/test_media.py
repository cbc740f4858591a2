import pytest
from hypothesis import given, strategies as st
from kernel_forms import media


@pytest.mark.parametrize(
    ("header", "boundary"),
    [
        ("", ""),
        ("boundary=a", ""),
        ("a/b;boundary=a", "a"),
        ('a/b; charset=utf-8; Boundary = "a b;c" ; x', "a b;c"),
        ('a/b; boundary="a\\"b\\\\"', 'a"b\\'),
        ("a/b; boundary=a'()+_,-./:=? ; x", "a'()+_,-./:=?"),
        ("a/b;  boundary= a ", "a"),
        ('a/b; x="; boundary=evil"; boundary=good', "good"),
        ('a/b; boundary=""', ""),
        ("a/b; boundary=a; BOUNDARY=b; x", "b"),
    ],
)
def test_a_boundary_is_found(header: str, boundary: str):
    assert media.boundary(header) == boundary


@given(st.text(st.sampled_from(';="\\ a\t')))
def test_any_content_type_is_taken(header: str):
    assert media.boundary(header + ";boundary=b") in ("b", "")


@pytest.mark.parametrize("pump", [';a="', ';a="\\', "; \t", ';a=\\"', ";aaaa ", '"\\"'])
def test_a_content_type_takes_linear_time(grows_linearly, pump: str):
    grows_linearly(media.boundary, lambda n: pump * n, 500)

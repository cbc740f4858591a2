import os
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from kernel_static.fingerprints import Fingerprints, marked, unmarked

DIGEST = "0123456789ab"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("shop/site.css", f"shop/site.{DIGEST}.css"),
        ("shop/a.min.js", f"shop/a.min.{DIGEST}.js"),
        ("shop/LICENSE", f"shop/LICENSE.{DIGEST}"),
        ("shop/v1.2/LICENSE", f"shop/v1.2/LICENSE.{DIGEST}"),
        ("shop/.well-known", f"shop/.well-known.{DIGEST}"),
    ],
)
def test_the_digest_stands_before_the_ending(path: str, name: str) -> None:
    assert marked(path, DIGEST) == name
    assert unmarked(name) == (path, DIGEST)


@pytest.mark.parametrize("path", ["shop/site.css", f"shop/{DIGEST}.css", f"shop/a.{DIGEST.upper()}.css", DIGEST, ""])
def test_a_name_without_a_digest_stays_as_it_is(path: str) -> None:
    assert unmarked(path) == (path, "")


@given(st.from_regex(r"\A([a-z.]{1,4}/){0,2}[a-z.]{1,8}\Z").filter(lambda path: not path.endswith((".", "/."))))
def test_every_name_comes_back_from_its_marked_form(path: str) -> None:
    assert unmarked(marked(path, DIGEST)) == (path, DIGEST)


def test_a_hostile_name_is_read_in_linear_time(grows_linearly) -> None:
    grows_linearly(unmarked, lambda size: "a." * size + DIGEST + "/", 1_000)


def test_content_is_read_only_if_the_file_is_another(tmp_path: Path) -> None:
    path, fingerprints = tmp_path / "a.txt", Fingerprints()
    path.write_text("one")
    os.utime(path, ns=(1, 1))
    with path.open("rb") as file:
        first = fingerprints.of("a", file)
        assert (len(first), file.tell()) == (12, 0)
    path.write_text("two")
    os.utime(path, ns=(1, 1))  # the same size and time: it passes for the same content
    assert fingerprints.known("a", path.stat()) == first
    os.utime(path, ns=(2, 2))
    assert fingerprints.known("a", path.stat()) is None
    with path.open("rb") as file:
        assert fingerprints.of("a", file) not in (first, None)

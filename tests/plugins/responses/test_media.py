import errno
import os
import resource
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given, strategies as st
from kernel_responses.media import FLAGS, active, disposition, locate, media_type, opened

from kernel.errors import HTTPException


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.txt", "text/plain; charset=utf-8"),
        ("a.html", "text/html; charset=utf-8"),
        ("a.js", "text/javascript; charset=utf-8"),
        ("a.json", "application/json"),
        ("A.PNG", "image/png"),
        ("a.webp", "image/webp"),
        ("a.woff2", "font/woff2"),
        ("a.css.gz", "application/gzip"),
        ("a.tar.bz2", "application/x-bzip2"),
        ("a.tar.xz", "application/x-xz"),
        ("a.txt.Z", "application/octet-stream"),
        ("a", "application/octet-stream"),
        ("a.unheard-of", "application/octet-stream"),
        ("data:text/html,a", "application/octet-stream"),
    ],
)
def test_the_name_promises_a_media_type(name: str, kind: str) -> None:
    assert media_type(name) == kind


@pytest.mark.parametrize(
    ("kind", "runs"),
    [("image/png", False), ("text/plain; charset=utf-8", False), ("image/svg+xml", True), ("text/html", True)],
)
def test_what_a_browser_may_run_is_active(kind: str, runs: bool) -> None:
    assert active(kind) is runs


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("report.pdf", 'attachment; filename="report.pdf"'),
        ("a;b.txt", 'attachment; filename="a;b.txt"'),
        ('a"b.txt', "attachment; filename=\"a_b.txt\"; filename*=UTF-8''a%22b.txt"),
        ("grüße.txt", "attachment; filename=\"gr__e.txt\"; filename*=UTF-8''gr%C3%BC%C3%9Fe.txt"),
        ("a\r\nset-cookie: b", 'attachment; filename="a__set-cookie: b"'),
        ("100%.txt", "attachment; filename=\"100_.txt\"; filename*=UTF-8''100%25.txt"),
        ("../../etc/passwd", 'attachment; filename="passwd"'),
        ("a\\b.txt", 'attachment; filename="b.txt"'),
        ("exe\u202egpj.scr", 'attachment; filename="exe_gpj.scr"'),
    ],
)
def test_a_download_name_is_quoted(name: str, header: str) -> None:
    assert disposition(name) == header


@given(st.text())
def test_any_download_name_survives_as_one_header(name: str) -> None:
    header = disposition(name)
    plain, _, extended = header.removeprefix('attachment; filename="').partition("; filename*=UTF-8''")
    clean = "".join(c if c.isprintable() else "_" for c in name.replace("\\", "/").rpartition("/")[2])
    assert header.isascii()
    assert header.isprintable()
    assert (unquote(extended) or plain[:-1]) == clean
    assert '"' not in plain[:-1]


OUTSIDE = [
    "../secret.txt",
    "..",
    "a/../../secret.txt",
    "a/../a.txt",
    "....//secret.txt",
    "..\\secret.txt",
    "%2e%2e/secret.txt",
    "../media_secret/a.txt",
    "/etc/hostname",
    "//etc/hostname",
    "C:/x",
    "a.txt\0.png",
    ".hidden",
    "a/.git/config",
    "\ud800",
    "missing.txt",
    "a",
    "",
    ".",
    "a.txt/b",
    "x" * 5000,
    "link",
    "loop",
    "to-hidden",
    "dir-link/secret.txt",
]


@pytest.fixture
def tree(media: Path) -> Path:
    (media.parent / "secret.txt").write_text("secret")
    (media.parent / "media_secret").mkdir()
    (media.parent / "media_secret" / "a.txt").write_text("secret")
    (media / "a" / ".git").mkdir(parents=True)
    (media / "a" / ".git" / "config").write_text("secret")
    (media / ".hidden").write_text("secret")
    (media / "a.txt").write_text("public")
    (media / "link").symlink_to(media.parent / "secret.txt")
    (media / "dir-link").symlink_to(media.parent)
    (media / "loop").symlink_to("loop")
    (media / "to-hidden").symlink_to(".hidden")
    (media / "inner").symlink_to("a.txt")
    return media


@pytest.mark.parametrize("path", OUTSIDE)
def test_nothing_outside_the_folder_and_nothing_hidden_is_found(tree: Path, path: str) -> None:
    with pytest.raises(HTTPException) as caught:
        opened(tree, path)
    assert caught.value.status == 404


def test_even_an_absolute_path_into_the_folder_is_not_found(tree: Path) -> None:
    with pytest.raises(HTTPException):
        opened(tree, str(tree / "a.txt"))


@pytest.mark.parametrize("path", ["a.txt", "inner", "./a.txt"])
def test_files_and_links_that_stay_inside_are_opened(tree: Path, path: str) -> None:
    file, state = opened(tree, path)
    with file:
        assert (file.read(), state.st_size) == (b"public", 6)


def test_a_link_that_replaces_a_file_after_the_look_up_is_not_followed(tree: Path) -> None:
    real = locate(tree, "a.txt")
    real.unlink()
    real.symlink_to(tree.parent / "secret.txt")
    with pytest.raises(OSError, match=os.strerror(errno.ELOOP)):
        os.open(real, os.O_RDONLY | FLAGS)


def test_a_fifo_is_not_found_and_does_not_block(tree: Path) -> None:
    os.mkfifo(tree / "fifo")
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(HTTPException):
        opened(tree, "fifo")
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_machine_without_free_descriptors_is_no_missing_file(tree: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        with pytest.raises(RuntimeError, match=r"file 'a\.txt' cannot be opened"):
            opened(tree, "a.txt")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

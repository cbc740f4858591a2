"""Clients that leave, and errors in the middle, on every server: nothing is kept, nothing half is told as whole."""

import time
from typing import Any

import pytest

pytestmark = pytest.mark.e2e
KIND = b"Content-Type: multipart/form-data; boundary=XX\r\n"
HEAD = b"POST %s HTTP/1.1\r\nHost: localhost\r\n" + KIND + b"Content-Length: 5000000\r\n\r\n"
PART = b'--XX\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\n'
CONFIG = "spool_size = 4KiB\n"
MARKER = b"s3cr3t-marker"


def test_clients_that_leave_in_mid_upload_leave_nothing(served: Any) -> None:
    """F1: no file, no descriptor, no task, no connection, and no error in the log."""
    with served.back_to_base():
        before, told = served.ends("/upload disconnected"), served.err.read_text().count("ERROR")
        for _ in range(20):
            with served.connect() as sock:
                sock.sendall(HEAD.replace(b"%s", b"/upload") + PART + b"x" * 10_000)
        served.until(lambda: served.ends("/upload disconnected") == before + 20)
        assert served.err.read_text().count("ERROR") == told


def test_a_client_that_leaves_in_mid_body_writes_nothing(served: Any) -> None:
    """F1: what the handler had written is rolled back."""
    with served.back_to_base():
        before = served.ends("/write/left disconnected")
        with served.connect() as sock:
            sock.sendall(HEAD.replace(b"%s", b"/write/left") + b"x" * 1_000)
        served.until(lambda: served.ends("/write/left disconnected") == before + 1)
        assert "left" not in served.json("/rows")


@pytest.mark.parametrize("path", ["/stream", "/file"])
def test_clients_that_leave_in_mid_download_end_it(path: str, served: Any) -> None:
    """F2: generators are closed, files too."""
    with served.back_to_base():
        before, left = served.ends(f"{path} disconnected") + served.ends(f"{path} ok"), served.ends("stream left")
        for _ in range(10):
            with served.connect() as sock:
                sock.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
                assert sock.recv(1000)
        served.until(lambda: served.ends(f"{path} disconnected") + served.ends(f"{path} ok") >= before + 10)
        assert path == "/file" or served.ends("stream left") == left + 10


def test_who_leaves_before_the_answer_has_still_written(served: Any) -> None:
    """F3: the handler runs to its end, and the transaction is committed."""
    with served.connect() as sock:
        sock.sendall(b"POST /late/gone HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
        served.until(lambda: served.counts()["pool"] == 1)
    (served.folder / "go").touch()
    served.until(lambda: "gone" in served.json("/rows"))
    served.until(lambda: served.counts()["pool"] == 0)


def test_an_error_before_the_start_tells_nothing(served: Any) -> None:
    """F4 and R100."""
    answer = served.raw(b"GET /fail HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert answer.split()[1] == b"500"
    assert not any(word in answer for word in (MARKER, b"Traceback", b"ValueError", b".py"))


def test_an_error_behind_the_start_never_ends_the_body(served: Any) -> None:
    """F5: the client sees that the answer is not whole; the log has it once."""
    before = served.err.read_text().count("s3cr3t-marker")
    answer = served.raw(b"GET /fail-late HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert b"first" in answer
    assert not answer.endswith(b"0\r\n\r\n")
    assert MARKER not in answer
    served.until(lambda: served.err.read_text().count("s3cr3t-marker") > before)
    assert served.get("/plain") == (200, b"plain")


def test_an_answer_before_the_end_of_the_body_leaves_nothing(served: Any) -> None:
    """F1: a refusal is whole and is over, though its client goes on sending; nobody waits for the rest."""
    body = b"x" * 3_000_000
    lines = b"Host: localhost\r\nContent-Type: text/plain\r\nContent-Length: 3000000\r\n\r\n"
    with served.back_to_base():
        for target, status in ((b"/nowhere", b"404"), (b"/upload", b"415"), (b"/plain", b"405")):
            for _ in range(5):
                with served.connect() as sock:
                    try:
                        sock.sendall(b"POST %s HTTP/1.1\r\n" % target + lines + body)
                    except OSError:
                        continue  # it was closed before all was sent
                    assert sock.recv(1000)[9:12] in (status, b"")


def test_small_pieces_of_a_body_nobody_reads_leave_nothing(served: Any) -> None:
    """F1: neither do they if they come one by one."""
    lines = b"Host: localhost\r\nContent-Length: 50\r\n\r\n"
    with served.back_to_base(), served.connect() as sock:
        sock.sendall(b"POST /nowhere HTTP/1.1\r\n" + lines)
        try:
            for _ in range(50):
                sock.sendall(b"x")
                time.sleep(0.001)
            assert sock.recv(1000)[9:12] in (b"404", b"")
        except OSError:
            pass  # it was closed before all was sent

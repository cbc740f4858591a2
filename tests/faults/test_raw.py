"""Bytes that no client library sends, on every server."""

from typing import Any

import pytest

pytestmark = pytest.mark.e2e
MARKER = b"s3cr3t-marker"


def head(target: str, *lines: str, host: str = "localhost", method: str = "GET") -> bytes:
    fields = "".join(f"{line}\r\n" for line in (f"Host: {host}", "Connection: close", *lines))
    return f"{method} {target} HTTP/1.1\r\n{fields}\r\n".encode("latin-1")


def status(answer: bytes) -> int:
    return int(answer.split()[1]) if answer else 0


def test_no_target_leads_out_of_the_folder_or_the_site(served: Any) -> None:
    """R45 and R83 on the wire: nothing is redirected, nothing outside is served."""
    assert b"for everybody" in served.raw(head("/static/shop/a.txt"))
    targets = [
        "//evil.example/..",
        "/\\evil.example/",
        "/%5cevil.example/",
        "/%2f%2fevil.example/",
        "/static/shop/../secret.txt",
        "/static/shop/../../secret.txt",
        "/static/shop/%2e%2e/%2e%2e/secret.txt",
        "/static/shop/..%2f..%2fsecret.txt",
        "/static/shop/..\\..\\secret.txt",
        "/static/shop/%5c..%5c..%5csecret.txt",
        "/static/shop//etc/hostname",
        "/static/shop/a.txt%00.png",
        "/static/shop/" + "x" * 5_000,
        "/%ff",
        "/static/shop/%ff%fe",
        "/%zz",
        "/%",
    ]
    for target in targets:
        answer = served.raw(head(target))
        assert status(answer) in (400, 404), (target, answer[:200])
        assert MARKER not in answer
        assert b"\nlocation:" not in answer.lower()


def test_hosts_that_are_none_are_refused(served: Any) -> None:
    """R47 on the wire, by the server or by us."""
    for host in ("a/b?c", "u@b", "a b", "", "[::1", "a:99999", "evil.example"):
        assert status(served.raw(head("/plain", host=host))) == 400, host
    assert status(served.raw(head("/plain", "Host: localhost"))) == 400


def test_a_client_without_a_proxy_is_believed_nothing(served: Any) -> None:
    """R50 on the wire: an untrusted peer cannot give itself another host or scheme."""
    assert status(served.raw(head("/plain", "X-Forwarded-Host: evil.example", "X-Forwarded-For: 1.2.3.4"))) == 200


def test_headers_and_targets_that_are_too_long_are_refused(served: Any) -> None:
    """R52 and R53 on the wire: the statuses are ours where the server lets them through."""
    assert status(served.raw(head("/headers", "X-A: " + "a" * 20_000))) == 431
    assert status(served.raw(head("/headers", *["X-A: 1"] * 300))) == 431
    assert status(served.raw(head("/headers", *[f"X-{number}: 1" for number in range(2_000)]))) in (431, 400)
    assert status(served.raw(head("/plain/" + "a" * 20_000))) == 414
    assert status(served.raw(head("/headers", "X-A: " + "a" * 100_000))) in (431, 400, 0)
    assert status(served.raw(head("/" + "a" * 100_000))) in (414, 431, 400, 0)
    assert served.get("/plain") == (200, b"plain")


def test_a_header_that_breaks_out_is_not_sent(served: Any) -> None:
    """R61 on the wire."""
    answer = served.raw(head("/split"))
    assert status(answer) == 500
    assert b"set-cookie" not in answer.lower()


def test_a_chunked_body_above_the_limit_is_refused_and_not_kept(served: Any) -> None:
    """R17 on the wire: neither announced nor bounded by the server."""
    before = int(served.get("/memory")[1])
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    with served.back_to_base(), served.connect() as sock:
        sock.sendall(head("/body", "Transfer-Encoding: chunked", "Content-Type: text/plain", method="POST"))
        answer = b""
        try:
            for _ in range(800):
                sock.sendall(chunk)
        except OSError:
            pass  # it has closed the connection, as it should
        try:
            answer = sock.recv(1000)
        except OSError:
            answer = b"HTTP/1.1 413 as the connection was reset before it could be read"
        assert status(answer) == 413
    assert int(served.get("/memory")[1]) - before <= 16 * 1024


def test_smuggled_framing_is_refused(served: Any) -> None:
    """R17 on the wire: a body has one length."""
    lines = ("Content-Length: 5", "Transfer-Encoding: chunked", "Content-Type: text/plain")
    answer = served.raw(
        head("/body", *lines, method="POST") + b"0\r\n\r\nGET /plain HTTP/1.1\r\nHost: localhost\r\n\r\n"
    )
    assert answer.count(b"HTTP/1.1 200") <= 1
    assert b"plain" not in answer.partition(b"\r\n\r\n")[2]
    for length in ("-1", "1, 2", "x", "1_0", "+1"):
        assert status(served.raw(head("/body", f"Content-Length: {length}", method="POST") + b"xx")) in (400, 0), length

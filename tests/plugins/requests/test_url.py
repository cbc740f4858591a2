from typing import Any

import pytest


@pytest.mark.parametrize(
    ("path", "query", "text"),
    [
        ("/", b"", "https://example.org:8443/"),
        ("/a/b", b"c=d&e", "https://example.org:8443/a/b?c=d&e"),
        ("/a b/ü?#%", b"", "https://example.org:8443/a%20b/%C3%BC%3F%23%25"),
        ("//evil.example/..", b"", "https://example.org:8443//evil.example/.."),
        ("/a:b@c;d=e,f", b"", "https://example.org:8443/a:b@c;d=e,f"),
    ],
)
def test_the_url_is_put_together_from_its_parts(make: Any, path: str, query: bytes, text: str) -> None:
    request = make([(b"host", b"example.org:8443")], scheme="https", path=path, query_string=query)
    url = request.url
    assert (url.scheme, url.host, url.path, url.query) == ("https", "example.org:8443", path, query.decode())
    assert str(url) == text


@pytest.mark.parametrize("host", [b"a/b?c", b"u@b", b"a b", b"[::1", b"a:99999", b"evil/..#"])
def test_no_host_can_change_the_path(make: Any, host: bytes) -> None:
    request = make([(b"host", host)], path="/real")
    assert request.url.path == request.path == request.scope["path"] == "/real"


@pytest.mark.parametrize(
    ("server", "host"),
    [
        (("127.0.0.1", 8000), "127.0.0.1:8000"),
        (("::1", 8000), "[::1]:8000"),
        (("localhost", None), "localhost"),
        (None, ""),
    ],
)
def test_without_a_host_header_the_server_names_itself(make: Any, server: Any, host: str) -> None:
    assert make(server=server).url.host == host

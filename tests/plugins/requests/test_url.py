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


@pytest.mark.parametrize(
    ("change", "query"),
    [
        (lambda url: url.include_query(page=3), "a=1&a=2&gr%C3%BC%C3%9F=x&page=3"),
        (lambda url: url.include_query(a=[3, "b c"], page=1), "gr%C3%BC%C3%9F=x&a=3&a=b+c&page=1"),
        (lambda url: url.remove_query("a", "grüß", "absent"), "page=2"),
        (lambda url: url.replace_query(q="x&y"), "q=x%26y"),
        (lambda url: url.replace(query=""), ""),
    ],
)
def test_a_copy_of_the_url_may_have_another_query(make: Any, change: Any, query: str) -> None:
    sent = b"a=1&page=2&a=2&gr%C3%BC%C3%9F=x"
    url = make([(b"host", b"example.org")], scheme="https", path="/list", query_string=sent).url
    assert str(change(url)) == f"https://example.org/list{'?' if query else ''}{query}"
    assert url.query == sent.decode()


def test_a_field_whose_name_was_sent_without_escapes_is_removed_too(make: Any) -> None:
    assert make(query_string="grüß=1&a=2".encode()).url.remove_query("grüß").query == "a=2"


def test_a_copy_of_the_url_may_have_other_parts(make: Any) -> None:
    url = make([(b"host", b"example.org")], scheme="http", path="/a", query_string=b"b=c").url
    assert str(url.replace(scheme="https", host="example.com", path="/d e")) == "https://example.com/d%20e?b=c"

"""What is sent is valid HTTP, whatever a handler puts into a response (RFC 9110, RFC 6265)."""

from http.cookies import Morsel, SimpleCookie

import pytest
from hypothesis import assume, given, strategies as st

from kernel import Request, Response
from kernel.response import checked, header


async def written(response, method="GET"):
    sent = []

    async def send(message):
        sent.append(message)

    await response.write(Request({"type": "http", "method": method}, None, None), send)
    return sent


def names(headers):
    return [name for name, _ in headers]


@pytest.mark.parametrize("body", [b"abc", bytearray(b"abc"), memoryview(b"abc"), "abc"])
def test_bytes_and_text_are_encoded(body):
    assert Response(body).body == b"abc"


def test_text_is_sent_as_utf8():
    assert Response("é").body == b"\xc3\xa9"


def test_a_content_type_header_wins_over_the_keyword():
    response = Response(b"", headers=[("Content-Type", "text/x")], content_type="text/y")
    assert response.headers == [(b"content-type", b"text/x")]


def test_the_content_type_is_text_unless_said_otherwise():
    assert Response(b"").headers == [(b"content-type", b"text/plain; charset=utf-8")]
    assert Response(b"", content_type="text/y").headers == [(b"content-type", b"text/y")]


def test_header_names_are_lower_case_bytes():
    assert header("X-Name", "ä") == (b"x-name", b"\xe4")


@pytest.mark.parametrize("value", ["a\r\nb", "a\nb", "a\rb", "a\0b", "\x7f", b"a\x01b"])
def test_a_header_value_with_a_control_character_is_refused(value):
    with pytest.raises(ValueError, match="header 'x-a': the name is no token, or the value holds a control character"):
        Response(b"", headers=[("x-a", value)])


@pytest.mark.parametrize("name", ["", "a b", "a:b", "a\r\nb", "ä", "a\n", "(a)"])
def test_a_header_name_that_is_no_token_is_refused(name):
    with pytest.raises(ValueError, match="header"):
        Response(b"", headers=[(name, "a")])


@given(st.text(st.characters(max_codepoint=255)) | st.binary())
def test_no_header_value_breaks_out_of_its_line(value):
    data = value.encode("latin-1") if isinstance(value, str) else value
    if any(byte in data for byte in (b"\r", b"\n", b"\0")):
        with pytest.raises(ValueError, match="header"):
            header("x-a", value)
    elif not any((byte < 32 and byte != 9) or byte == 127 for byte in data):
        assert header("x-a", value) == (b"x-a", data)


@given(st.text())
def test_whatever_is_a_header_value_is_sent_or_refused_as_a_value_error(value):
    try:
        _, data = header("x-a", value)
    except ValueError:
        return
    assert data.decode("latin-1") == value


async def raw(response, method="GET"):
    return (await written(response, method))[0]["headers"]


@pytest.mark.anyio
async def test_the_content_length_is_counted_when_sent():
    response = Response(b"abc", headers=[("content-length", "99")])
    response.headers.append((b"content-length", b"98"))
    assert [pair for pair in await raw(response) if pair[0] == b"content-length"] == [(b"content-length", b"3")]


@pytest.mark.anyio
@pytest.mark.parametrize("status", [204, 304])
async def test_204_and_304_carry_neither_type_nor_length_nor_body(status):
    start, body = await written(Response(b"abc", status, [("etag", '"x"')]))
    assert start["headers"] == [(b"etag", b'"x"')]
    assert body["body"] == b""


@pytest.mark.anyio
async def test_head_has_the_length_and_no_body():
    start, body = await written(Response(b"abc"), "HEAD")
    assert (b"content-length", b"3") in start["headers"]
    assert body["body"] == b""


@pytest.mark.anyio
async def test_a_whole_response_is_a_start_and_a_body():
    start, body = await written(Response(b"abc", 201))
    assert (start["type"], start["status"]) == ("http.response.start", 201)
    assert body == {"type": "http.response.body", "body": b"abc"}


@pytest.mark.anyio
async def test_headers_appended_later_are_checked_when_sent():
    response = Response(b"")
    response.headers.append((b"x-a", b"a\r\nb"))
    with pytest.raises(ValueError, match="x-a"):
        await written(response)


def test_headers_may_be_replaced_and_are_checked():
    response = Response(b"")
    response.headers = [("X-A", "1")]
    assert response.headers == [(b"x-a", b"1")]
    with pytest.raises(ValueError, match="x-b"):
        response.headers = [("x-b", "\n")]


def test_a_length_unknown_is_not_sent():
    assert names(Response(b"").raw_headers(None)) == [b"content-type"]


def test_checked_drops_a_length():
    assert checked([("Content-Length", "3"), ("a", "b")]) == [(b"a", b"b")]


def test_a_trusted_response_is_plain():
    class Special(Response): ...

    response = Special.trusted(b"a", 201, ((b"a", b"b"),))
    assert (type(response), response.body, response.status, response.headers) == (Response, b"a", 201, [(b"a", b"b")])


def test_a_copy_may_be_changed():
    response = Response(b"a")
    other = response.copy()
    other.headers.append((b"a", b"b"))
    other.status = 500
    assert (response.status, names(response.headers)) == (200, [b"content-type"])


@pytest.mark.anyio
async def test_a_response_prepares_itself():
    response = Response(b"")
    assert await response.prepare(None) is response


def cookie(response):
    return dict(response.headers)[b"set-cookie"].decode()


def test_a_cookie_is_protected_by_default():
    response = Response(b"")
    response.set_cookie("a", "b")
    assert cookie(response) == "a=b; path=/; httponly; samesite=lax"


def test_every_attribute_of_a_cookie_can_be_set():
    response = Response(b"")
    expires = "Wed, 21 Oct 2026 07:28:00 GMT"
    more = {"expires": expires, "domain": "a.example", "secure": True, "samesite": "strict", "partitioned": True}
    response.set_cookie("a", "b", max_age=3, path="/x", httponly=False, **more)
    wanted = "a=b; path=/x; samesite=strict; max-age=3; expires=" + expires
    assert set(cookie(response).split("; ")) == set(f"{wanted}; domain=a.example; secure; partitioned".split("; "))


@pytest.mark.parametrize("value", ["a\r\nb", "a\nb", "a\0b", "a;b", "a,b", 'a"b', "a b", "a\\b", "ä"])
def test_a_cookie_with_a_forbidden_character_is_refused(value):
    """R64."""
    response = Response(b"")
    with pytest.raises(ValueError, match="cookie 'a'"):
        response.set_cookie("a", value)
    assert names(response.headers) == [b"content-type"]


@pytest.mark.parametrize("name", ["", "a=b", "a;b", "a b", "a\n", "ä"])
def test_a_cookie_name_that_is_no_token_is_refused(name):
    with pytest.raises(ValueError, match="cookie"):
        Response(b"").set_cookie(name, "a")


@pytest.mark.parametrize(
    "attributes", [{"max_age": "soon"}, {"samesite": "any"}, {"colour": "red"}, {"path": "/;x"}, {"domain": "a\nb"}]
)
def test_a_wrong_attribute_of_a_cookie_is_refused(attributes):
    """R64."""
    with pytest.raises(ValueError, match="cookie 'a'"):
        Response(b"").set_cookie("a", "b", **attributes)


@given(st.text(), st.text())
def test_a_cookie_that_is_accepted_is_read_back(name, value):
    assume(name.lower() not in Morsel._reserved and name[:1] != "$")  # the reader takes such a name for an attribute
    response = Response(b"")
    try:
        response.set_cookie(name, value)
    except ValueError:
        return
    parsed = SimpleCookie(cookie(response))
    assert {key: morsel.value for key, morsel in parsed.items()} == {name: value}


@given(st.text(), st.text(), st.text())
def test_no_cookie_breaks_out_of_its_line(value, path, domain):
    response = Response(b"")
    try:
        response.set_cookie("a", value, path=path, domain=domain)
    except ValueError:
        return
    assert len(cookie(response).split(";")) == 5
    assert header(b"set-cookie", cookie(response))


def test_a_cookie_is_deleted_by_its_age():
    response = Response(b"")
    response.delete_cookie("a", path="/x")
    assert cookie(response) == "a=; path=/x; httponly; samesite=lax; max-age=0"

"""The cookies a client keeps, by the rules of RFC 6265, from one answer to the next request."""

from collections.abc import Iterable
from email.message import Message
from http.cookiejar import CookieJar
from urllib.request import Request

Pair = tuple[bytes, bytes]


class Cookies(CookieJar):
    """A cookie jar that speaks in header pairs; `cookies["sid"]` is the value of a cookie."""

    def keep(self, url: str, headers: Iterable[Pair]) -> None:
        """Keep what the answer to *url* sets, and drop what it deletes."""
        self.extract_cookies(_Answer(headers), Request(url))  # type: ignore[arg-type]  # noqa: S310  # only info() is asked, nothing is opened

    def sent(self, url: str) -> list[Pair]:
        """Return the Cookie header for a request to *url*, if there is any."""
        request = Request(url)  # noqa: S310  # nothing is opened
        self.add_cookie_header(request)
        line = request.get_header("Cookie")
        return [(b"cookie", line.encode("latin-1"))] if line else []

    def __getitem__(self, name: str) -> str | None:
        values = [cookie.value for cookie in self if cookie.name == name]
        if not values:
            raise KeyError(name)
        return values[-1]

    def __contains__(self, name: object) -> bool:
        return any(name in (cookie, cookie.name) for cookie in self)

    def set(self, name: str, value: str, url: str = "http://localhost/") -> None:
        """Have a cookie as if the server of *url* had set it."""
        self.keep(url, [(b"set-cookie", f"{name}={value}; path=/".encode("latin-1"))])


class _Answer:
    """The one method of an HTTP response that a cookie jar calls."""

    def __init__(self, headers: Iterable[Pair]) -> None:
        self._message = Message()
        for name, value in headers:
            self._message.add_header(name.decode("latin-1"), value.decode("latin-1"))

    def info(self) -> Message:
        """Return the headers."""
        return self._message

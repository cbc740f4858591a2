"""Send the client elsewhere, on this site unless said otherwise (RFC 9110 §15.4)."""

import re
from urllib.parse import quote

from kernel import Response
from kernel.response import HeaderInput
from kernel_responses.fields import value_of

LONGEST = 8000
"""Characters of a target that every client and proxy must be able to take (RFC 9110 §4.1)."""
STATUSES = {(False, True): 307, (True, True): 308, (False, False): 302, (True, False): 301}
_scheme = re.compile(r"([a-z][a-z0-9+.\-]*):", re.IGNORECASE).match
_control = re.compile(r"[\x00-\x1f\x7f]").search


def location(url: str, external: bool = False) -> str:
    """Return *url* percent-encoded where needed, after checking where it leads.

    Raises:
        ValueError: it leaves the site and is not *external*, would run as script, holds a
            control character, or is longer than 8,000 characters.
    """
    if len(url) > LONGEST:
        raise ValueError(f"redirect: the target has {len(url)} characters; {LONGEST} are the most")
    if _control(url):
        raise ValueError(f"redirect: the target {url!r} holds a control character")
    scheme = _scheme(url)
    if scheme and scheme[1].lower() in ("javascript", "data", "vbscript"):
        raise ValueError(f"redirect: a target must not be script, as {url!r} is")
    leaves = scheme or url.replace("\\", "/").startswith("//")  # browsers read "\" as "/"
    if leaves and not external:
        raise ValueError(f"redirect: the target {url!r} leaves this site; say external=True if it should")
    return quote(url, safe="!#$%&'()*+,/:;=?@[]~")


class Redirect(Response):
    """Send the client to *url*.

    Args:
        url: a path on this site, or a whole URL with `external=True`.
        permanent: 308 or 301 instead of 307 or 302.
        method_unchange: the client repeats its method: 307 or 308 instead of 302 or 301.
        status: one of 301, 302, 303, 307, 308, in the place of the two above.
        external: allow targets outside this site; check them yourself.

    Raises:
        ValueError: as `location`, or for another status.
    """

    def __init__(
        self,
        url: str,
        permanent: bool = False,
        method_unchange: bool = True,
        headers: HeaderInput = (),
        *,
        status: int | None = None,
        external: bool = False,
    ) -> None:
        code = status or STATUSES[bool(permanent), bool(method_unchange)]
        if code not in (301, 302, 303, 307, 308):
            raise ValueError(f"redirect: status {int(code)} is none of 301, 302, 303, 307, 308")
        super().__init__(b"", code, headers)
        cached = () if value_of(self.pairs, b"cache-control") else ((b"cache-control", b"no-cache"),)
        self.pairs = (*self.pairs, *cached, (b"location", location(url, external).encode()))

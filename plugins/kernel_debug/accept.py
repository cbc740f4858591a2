"""What a client wants to see: a page, or data."""

import re

from kernel import Request

_refused = re.compile(r"\bq[ \t]*=[ \t]*0(\.0*)?[ \t]*$").search


def wants_html(request: Request) -> bool:
    """Tell whether the client names text/html among what it accepts (RFC 9110 §12.5.1)."""
    accepted = b",".join(value for name, value in request.scope["headers"] if name == b"accept").decode("latin-1")
    ranges = (item.partition(";") for item in accepted.lower().split(","))
    return any(kind.strip() == "text/html" and not _refused(rest) for kind, _, rest in ranges)

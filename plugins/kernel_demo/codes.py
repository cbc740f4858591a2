"""What can go wrong with bookmarks, numbered for clients."""

from kernel_errors import ErrorCode, ErrorList

UNKNOWN = ErrorCode(2001, "There is no bookmark {}", 404)
ADDRESS = ErrorCode(2002, "The address must be a complete http or https address", 400)
LONG = ErrorCode(2003, "The {field} is too long: {most} is the most", 400)
FIELDS = ErrorCode(2004, "A bookmark has the texts address and title, and tags: a list of texts", 400)

errors = ErrorList(UNKNOWN, ADDRESS, LONG, FIELDS)

"""What guests wrote, and the page that shows it."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

MOST, LONGEST_NAME, LONGEST_TEXT = 100, 50, 500
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Guestbook</title></head>
<body><h1>Guestbook</h1>
<form method="post" action="{action}">
<input name="name" aria-label="name" maxlength="50" required>
<input name="text" aria-label="text" maxlength="500" required>
<button>Sign</button></form>
<ul>{entries}</ul></body></html>
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one guest wrote, and how the guest was greeted."""

    name: str
    text: str
    greeting: str


class Guestbook(deque[Entry]):
    """The last entries, newest first."""

    def __init__(self) -> None:
        super().__init__(maxlen=MOST)


def page(action: str, entries: Iterable[Entry]) -> str:
    """Return the guestbook as HTML; *action* is where the form goes."""
    lines = [f"<li>{escape(e.greeting)} <b>{escape(e.name)}</b>: {escape(e.text)}</li>" for e in entries]
    return PAGE.format(action=escape(action), entries="".join(lines))

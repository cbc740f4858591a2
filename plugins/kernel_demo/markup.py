"""HTML from small functions; text is escaped unless it is markup already."""

from html import escape

EMPTY = frozenset({"input", "link", "meta"})
"""Elements without content (HTML Standard, 13.1.2)."""


class Markup(str):
    """Text that is HTML: only `tag` and `joined` make it."""

    __slots__ = ()


def escaped(text: str) -> Markup:
    """Return *text* with everything that has a meaning in HTML escaped, unless it is Markup."""
    return text if isinstance(text, Markup) else Markup(escape(text))


def joined(*parts: str) -> Markup:
    """Return all *parts*, escaped, one after another."""
    return Markup("".join(map(escaped, parts)))


def tag(name: str, /, *children: str, **attributes: str | bool) -> Markup:
    """Return an element.

    Args:
        name: of the element.
        children: text, which is escaped, and Markup.
        attributes: True is an attribute without a value, False none; "class_" is "class",
            "aria_label" is "aria-label".
    """
    shown = "".join(_attribute(key, value) for key, value in attributes.items() if value is not False)
    return Markup(f"<{name}{shown}>" if name in EMPTY else f"<{name}{shown}>{joined(*children)}</{name}>")


def _attribute(key: str, value: str | bool) -> str:
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'

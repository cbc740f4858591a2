"""The frame of every page, and the headers that protect it."""

from collections.abc import Callable

from kernel_responses import HTML

from kernel_demo.markup import Markup, joined, tag

SOURCES = "default-src 'none'; style-src 'self'; img-src data:"
POLICY = f"{SOURCES}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
PROTECTION = (
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cache-control", "no-store"),
)


def document(url: Callable[..., str], title: str, content: Markup, status: int = 200) -> HTML:
    """Return a whole page.

    Args:
        url: `request.url_for`.
        title: shown by the browser.
        content: what stands between the head and the foot of the page.
        status: HTTP status code.
    """
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", f"{title} · Bookmarks"),
        tag("link", rel="icon", href="data:,"),
        tag("link", rel="stylesheet", href=url("pages:style")),
    )
    bar = tag(
        "header", tag("a", "Bookmarks", href=url("pages:home")), tag("a", "Tags", href=url("pages:tags")), api(url)
    )
    foot = tag("footer", "Two apps and two plugins on asgi-kernel.")
    page = tag("html", head, tag("body", joined(bar, tag("main", content), foot)), lang="en")
    return HTML(f"<!doctype html>{page}", status, PROTECTION)


def api(url: Callable[..., str]) -> Markup:
    """Show the way to the JSON API."""
    return tag("a", "API", href=url("bookmarks:bookmark_list"))

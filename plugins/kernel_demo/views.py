"""What the pages show: data in, markup out."""

from collections.abc import Callable, Mapping

from kernel_demo.bookmark import Bookmark
from kernel_demo.library import Found
from kernel_demo.markup import Markup, joined, tag

UrlFor = Callable[..., str]
BLANK: Mapping[str, str] = {}


def home(url: UrlFor, found: Found, q: str, label: str) -> Markup:
    """Show one page of bookmarks, with the ways to search and to add."""
    title = f"Tagged “{label}”" if label else "Bookmarks"
    ways, heading = joined(search(url, q), adding(url)), joined(tag("h1", title), summary(found))
    return joined(ways, heading, cards(url, found.bookmarks), pager(url, found, q, label))


def search(url: UrlFor, q: str) -> Markup:
    """Show the field to search with."""
    field = tag("input", type="search", name="q", value=q, placeholder="Search", aria_label="Search")
    return tag("form", field, tag("button", "Search"), action=url("pages:home"), role="search")


def adding(url: UrlFor, entered: Mapping[str, str] = BLANK, wrong: str = "") -> Markup:
    """Show the form of a new bookmark, with what was *entered* and what is *wrong* about it."""
    examples = {"address": "https://…", "title": "Title", "tags": "tags, divided by commas"}
    shown = [(name, entered.get(name, ""), text) for name, text in examples.items()]
    fields = [tag("input", name=name, value=value, placeholder=text, aria_label=name) for name, value, text in shown]
    note = tag("p", wrong, class_="wrong", role="alert") if wrong else ""
    form = tag("form", *fields, tag("button", "Keep"), action=url("pages:add"), method="post")
    return tag("details", tag("summary", "Add a bookmark"), note, form, open=bool(wrong))


def summary(found: Found) -> Markup:
    """Show how many there are."""
    if not found.total:
        return tag("p", "Nothing here yet", class_="quiet")
    count = "1 bookmark" if found.total == 1 else f"{found.total} bookmarks"
    return tag("p", f"{count}, page {found.page} of {found.pages}", class_="quiet")


def cards(url: UrlFor, bookmarks: list[Bookmark]) -> Markup:
    """Show bookmarks, each with its tags."""
    return tag("ul", *[tag("li", card(url, bookmark)) for bookmark in bookmarks], class_="cards")


def card(url: UrlFor, bookmark: Bookmark) -> Markup:
    """Show one bookmark in a list."""
    title = tag("strong", tag("a", bookmark.title, href=bookmark.address, rel="noreferrer noopener"))
    more = tag("a", bookmark.added[:10], href=url("pages:detail", id=bookmark.id), class_="quiet")
    return joined(title, " ", more, labels(url, bookmark.tags))


def labels(url: UrlFor, tags: tuple[str, ...]) -> Markup:
    """Show tags, each a way to the others that have it."""
    links = [tag("a", name, href=url("pages:home", tag=name)) for name in tags]
    return tag("div", *links, class_="tags") if links else Markup()


def pager(url: UrlFor, found: Found, q: str, label: str) -> Markup:
    """Show the ways to the pages before and after."""
    asked = {key: value for key, value in (("q", q), ("tag", label)) if value}
    pages = [("Newer", found.page - 1, "prev"), ("Older", found.page + 1, "next")]
    links = [
        tag("a", text, href=url("pages:home", **asked, page=number), rel=rel)
        for text, number, rel in pages
        if 1 <= number <= found.pages
    ]
    return tag("nav", *links, class_="pager", aria_label="Pages") if links else Markup()


def detail(url: UrlFor, bookmark: Bookmark) -> Markup:
    """Show one bookmark with all there is to know."""
    address = tag("a", bookmark.address, href=bookmark.address, rel="noreferrer noopener")
    rows = [("Address", address), ("Added", bookmark.added), ("Number", str(bookmark.id))]
    facts = [joined(tag("dt", name), tag("dd", value)) for name, value in rows]
    button = tag("button", "Delete", class_="quiet")
    form = tag("form", button, action=url("pages:delete", id=bookmark.id), method="post")
    return joined(tag("h1", bookmark.title), tag("dl", *facts), labels(url, bookmark.tags), form)


def tags(url: UrlFor, counts: Mapping[str, int]) -> Markup:
    """Show all tags with the number of their bookmarks."""
    links = [tag("a", f"{name} · {count}", href=url("pages:home", tag=name)) for name, count in counts.items()]
    body = tag("div", *links, class_="tags") if links else tag("p", "No tags yet", class_="quiet")
    return joined(tag("h1", "Tags"), body)

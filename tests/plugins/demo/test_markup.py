"""Markup: everything that is not markup already is escaped."""

from html.parser import HTMLParser

import pytest
from hypothesis import given, strategies as st
from kernel_demo.markup import Markup, escaped, joined, tag

HTML_TEXT = st.text(st.characters(exclude_characters="\r\0", exclude_categories=["Cs"])) | st.text("<>&\"'ab/=! ;#")


class Reader(HTMLParser):
    """Keep what a browser would see."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        self.text += data


@given(HTML_TEXT)
def test_text_of_any_kind_comes_out_as_that_text(text: str) -> None:
    seen = Reader(tag("p", text))
    assert ([name for name, _ in seen.tags], seen.text) == (["p"], text)


@given(HTML_TEXT)
def test_an_attribute_of_any_kind_stays_inside_its_quotes(text: str) -> None:
    seen = Reader(tag("a", "x", href=text))
    assert seen.tags == [("a", [("href", text)])]


def test_markup_is_not_escaped_again() -> None:
    assert tag("p", tag("b", "<")) == "<p><b>&lt;</b></p>"
    assert joined("<", Markup("<br>")) == "&lt;<br>"
    assert escaped(Markup("&amp;")) == "&amp;"


@pytest.mark.parametrize(
    ("attributes", "shown"),
    [
        ({"open": True}, " open"),
        ({"open": False}, ""),
        ({"class_": "a"}, ' class="a"'),
        ({"aria_label": "b"}, ' aria-label="b"'),
    ],
)
def test_attributes_are_written_as_html_does(attributes: dict[str, str | bool], shown: str) -> None:
    assert tag("p", **attributes) == f"<p{shown}></p>"


def test_an_element_without_content_has_no_end() -> None:
    assert tag("input", name="q") == '<input name="q">'

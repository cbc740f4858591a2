"""Editing one list of a config.ini: nothing else changes."""

import pytest
from hypothesis import given, strategies as st
from kernel_admin.editing import Uneditable, edited, sections

WORDS = st.sampled_from(["standard", "cors", "acme_billing", "shop.main:app", "x"])
COMMENTS = st.sampled_from(["", " ; why", "  # because, of this", " ;cors"])
BETWEEN = st.sampled_from(["", "\n", "; cors = 1\n", "# [plugins]\n", "   ; indented\n\n"])


def listed(names: list[str], comments: list[str], style: str) -> str:
    """Return a list as config.ini may have it."""
    if style == "one line":
        return f"active = {', '.join(names)}{comments[0]}\n"
    first = f"active ={comments[0]}\n" if style == "lines" else f"ACTIVE : {names[0] if names else ''}{comments[0]}\n"
    rest = names if style == "lines" else names[1:]
    return first + "".join(f"    {name}{comments[n % len(comments)]}\n" for n, name in enumerate(rest, 1))


@st.composite
def files(draw: st.DrawFn) -> str:
    names = draw(st.lists(WORDS, max_size=4, unique=True))
    value = listed(
        names, draw(st.lists(COMMENTS, min_size=1, max_size=3)), draw(st.sampled_from(["one line", "lines", "mixed"]))
    )
    parts = [
        "[limits]\nmax_body_size = 1MiB ; cors, x\n\n",
        f"[plugins]\n{draw(BETWEEN)}{value}{draw(BETWEEN)}blocked = x\n",
    ]
    if draw(st.booleans()):
        parts.reverse()
    text = draw(BETWEEN).lstrip() + "".join(parts)
    text = text.replace("\n", "\r\n") if draw(st.booleans()) else text
    return text.rstrip("\r\n") if draw(st.booleans()) else text


@given(files(), st.lists(WORDS, max_size=4, unique=True))
def test_the_one_list_changes_and_nothing_else(text: str, wanted: list[str]) -> None:
    before = sections(text)
    after = edited(text, "plugins", "active", wanted)

    now = before["plugins"]["active"]
    expected = [*(item for item in now if item in wanted), *(item for item in wanted if item not in now)]
    assert sections(after) == {**before, "plugins": {**before["plugins"], "active": expected}}
    for comment in ("why", "because, of this", "; cors = 1", "# [plugins]", "; indented", "1MiB ; cors, x"):
        assert after.count(comment) == text.count(comment)
    assert after.count("\r") in (0, after.count("\n"))


@given(files())
def test_to_switch_on_and_off_again_leaves_the_bytes_as_they_were(text: str) -> None:
    now = sections(text)["plugins"]["active"]
    on = edited(text, "plugins", "active", [*now, "new"])

    assert edited(on, "plugins", "active", now).split() == text.split()
    assert [line for line in on.split("\n") if "new" not in line] == [
        line for line in text.split("\n") if line in on.split("\n")
    ]


@given(files())
def test_what_is_as_wanted_stays_byte_for_byte(text: str) -> None:
    assert edited(text, "plugins", "active", sections(text)["plugins"]["active"]) == text


def test_a_line_of_its_own_goes_and_its_comment_stays() -> None:
    text = "[plugins]\nactive =\n    standard\n    cors ; for the partners\n    acme\n"

    assert edited(text, "plugins", "active", ["standard", "acme"]) == (
        "[plugins]\nactive =\n    standard\n    ; for the partners\n    acme\n"
    )


def test_an_item_is_written_as_the_list_is() -> None:
    assert edited("[plugins]\nactive = a ; b\n", "plugins", "active", ["a", "c"]) == "[plugins]\nactive = a, c ; b\n"
    assert edited("[plugins]\nactive=\n  a\n", "plugins", "active", ["a", "c"]) == "[plugins]\nactive=\n  a\n  c\n"
    assert edited("[plugins]\nactive =\n", "plugins", "active", ["c"]) == "[plugins]\nactive = c\n"
    assert edited("[plugins]\nactive =; none\n", "plugins", "active", ["c"]) == "[plugins]\nactive = c ; none\n"


def test_a_key_and_a_section_are_added_where_they_belong() -> None:
    text = "[plugins]\nblocked = x\n\n[apps]\n"

    assert edited(text, "plugins", "active", ["a"]) == "[plugins]\nblocked = x\nactive = a\n\n[apps]\n"
    assert edited("[apps]\r\n", "plugins", "active", ["a"]) == "[apps]\r\n\r\n[plugins]\r\nactive = a\r\n"
    assert edited("", "plugins", "active", ["a"]) == "[plugins]\nactive = a\n"
    assert edited("\ufeff[plugins]", "plugins", "active", ["a"]) == "\ufeff[plugins]\nactive = a"


@pytest.mark.parametrize(
    "text", ["[plugins\n", "[plugins]\nactive\n", "  [plugins]\nactive = a\n", "[plugins]\nactive = a\rkey = x\n"]
)
def test_what_cannot_be_changed_with_care_is_refused(text: str) -> None:
    with pytest.raises(Uneditable):
        edited(text, "plugins", "active", ["b"])

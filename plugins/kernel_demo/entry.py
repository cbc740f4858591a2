"""What may be sent: a form as a `Data` class, and JSON as a `Struct`; both hold the same rules."""

import re
from collections.abc import Iterable
from typing import Annotated, Any

from kernel_data import TYPE_FILE, TYPE_FORM, Data, File, Invalid, String, validators as v
from msgspec import Meta, Struct

from kernel_demo.icons import MOST_BYTES, is_picture

LONGEST_ADDRESS, LONGEST_TITLE, LONGEST_SIGNER, LONGEST_TAG, MOST_TAGS = 2000, 200, 40, 30, 10
_sign = r"[^\s\x00-\x20\x7f-\x9f\\<>\"]"
WEB = rf"^https?://(?![^/?#]*@)(?![/?#]){_sign}+\Z"
"""A complete http or https address, without a user name: "https://bank.example@evil.example" misleads."""
NO_WEB = "This is no complete http or https address"
_blank = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")


def one_line(text: str) -> str:
    """Return *text* with one blank wherever it has some, or control characters."""
    return _blank.sub(" ", text).strip()


def tags_of(words: Iterable[str]) -> list[str]:
    """Return tags in lower case, sorted, each once."""
    return sorted({one_line(word).lower() for word in words} - {""})


def divided(text: str) -> list[str]:
    """Return the tags in a text, between its commas.

    Raises:
        Invalid: there are too many, or one is too long.
    """
    tags = tags_of(text.split(","))
    if len(tags) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in tags):
        raise Invalid(f"At most {MOST_TAGS} tags of at most {LONGEST_TAG} letters")
    return tags


def icon(**options: Any) -> File:
    """Return the field of a favicon."""
    size = v.RestrictedFile(max_size=MOST_BYTES, message=f"At most {MOST_BYTES // 1024} KiB")
    return File(field_type=TYPE_FILE, processors=[size, is_picture], **options)


class IconForm(Data):
    """The form with a favicon alone."""

    uniform_errors = True
    icon = icon(required=True)


class EntryForm(Data):
    """The form of a new bookmark; the tags are one text, divided by commas."""

    uniform_errors = True
    address = String(
        required=True,
        field_type=TYPE_FORM,
        auto_blank_to_null=False,
        processors=[
            str.strip,
            v.NotBlank("An address is needed"),
            v.MatchRegex(WEB, NO_WEB, LONGEST_ADDRESS),
        ],
    )
    title = String(
        default="",
        field_type=TYPE_FORM,
        processors=[one_line, v.Length(max=LONGEST_TITLE, message=f"At most {LONGEST_TITLE} letters")],
    )
    tags = String(default="", field_type=TYPE_FORM, processors=[divided])
    signer = String(
        required=True,
        field_type=TYPE_FORM,
        auto_blank_to_null=False,
        processors=[
            one_line,
            v.NotBlank("Sign with your name"),
            v.Length(max=LONGEST_SIGNER, message=f"At most {LONGEST_SIGNER} letters"),
        ],
    )
    icon = icon()


class Entry(Struct, forbid_unknown_fields=True):
    """A new bookmark as JSON."""

    address: Annotated[str, Meta(pattern=WEB, max_length=LONGEST_ADDRESS, extra={"message": NO_WEB})]
    title: Annotated[str, Meta(max_length=LONGEST_TITLE)] = ""
    tags: Annotated[list[Annotated[str, Meta(max_length=LONGEST_TAG)]], Meta(max_length=MOST_TAGS)] = []
    signer: Annotated[str, Meta(pattern=r"[^\s\x00-\x20\x7f-\x9f]", max_length=LONGEST_SIGNER)] = "somebody"

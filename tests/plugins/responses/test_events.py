"""One event on the wire (WHATWG HTML, section 9.2.6)."""

from dataclasses import dataclass

import msgspec
import pytest
from hypothesis import given, strategies as st
from kernel_responses import Event
from kernel_responses.events import as_event


@dataclass
class Price:
    apple: int


class Stock(msgspec.Struct):
    apple: int


def parsed(stream):
    """Read a stream as a browser does (section 9.2.6)."""
    events, data, fields = [], [], {}
    for line in stream.decode().replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                events.append({**fields, "data": "\n".join(data)})
            data, fields = [], {}
        elif name == "data":
            data.append(value)
        elif name:
            fields[name] = value
    return events


@pytest.mark.parametrize(
    ("item", "sent"),
    [
        ("hello", b"data: hello\n\n"),
        ("", b"data: \n\n"),
        ("a\nb\r\nc\rd", b"data: a\ndata: b\ndata: c\ndata: d\n\n"),
        ({"n": 1}, b'data: {"n":1}\n\n'),
        (Price(3), b'data: {"apple":3}\n\n'),
        (Stock(3), b'data: {"apple":3}\n\n'),
        ([1, 2], b"data: [1,2]\n\n"),
        (7, b"data: 7\n\n"),
        (None, b"data: null\n\n"),
        (Event("x", "tick", "7", 1500), b"event: tick\nid: 7\nretry: 1500\ndata: x\n\n"),
        (Event({"n": 1}, id=""), b'id: \ndata: {"n":1}\n\n'),
        (Event("x", retry=0), b"retry: 0\ndata: x\n\n"),
    ],
)
def test_an_item_is_sent_as_an_event(item, sent):
    assert as_event(item) == sent


@pytest.mark.parametrize("field", ["event", "id"])
@pytest.mark.parametrize("text", ["a\nb", "a\rb", "a\r\ndata: forged"])
def test_a_line_break_in_a_field_is_refused(field, text):
    with pytest.raises(ValueError, match=f"Event\\({field}="):
        Event("x", **{field: text})


def test_a_nul_in_an_id_is_refused():
    with pytest.raises(ValueError, match="NUL"):
        Event("x", id="a\0b")


@pytest.mark.parametrize("retry", [-1, 1.5, "3", True])
def test_a_time_to_retry_is_a_number_of_milliseconds(retry):
    with pytest.raises(ValueError, match="milliseconds"):
        Event("x", retry=retry)


@pytest.mark.parametrize("item", [b"x", bytearray(b"x"), Event])
def test_what_is_no_text_and_no_json_is_refused(item):
    with pytest.raises(TypeError):
        as_event(item)


def test_nan_is_refused():
    with pytest.raises(ValueError, match="NaN"):
        as_event({"n": float("nan")})


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\n")), st.text(st.characters(codec="utf-8")))
def test_whatever_the_data_a_client_reads_one_event(name, data):
    event = Event(data, event=name)
    (read,) = parsed(bytes(event) + b"data: next\n\n")[:-1]
    lines = data.replace("\r\n", "\n").replace("\r", "\n")
    assert read == {"event": name, "data": lines}


def test_an_event_shows_what_it_is():
    assert repr(Event({"n": 1}, "tick", "7", 5)) == "Event({'n': 1}, event='tick', id='7', retry=5)"

"""How a request ended, in one word."""

import pytest
from kernel_outcomes.outcome import Outcome, classify

from kernel import Request, Response
from kernel.errors import ClientDisconnect


def request_of(**attributes):
    request = Request({"type": "http"}, None, None)
    vars(request).update(attributes)
    return request


ROUTE = object()


@pytest.mark.parametrize(
    ("request_", "status", "error", "wanted"),
    [
        (request_of(route=ROUTE), 200, None, Outcome.OK),
        (request_of(route=ROUTE), 399, None, Outcome.OK),
        (request_of(route=ROUTE, bypassed=True), 200, None, Outcome.BYPASS),
        (request_of(route=ROUTE, scope={"type": "websocket"}), 204, None, Outcome.CLOSED),
        (request_of(route=ROUTE, scope={"type": "websocket"}, bypassed=True), 302, None, Outcome.BYPASS),
        (request_of(route=ROUTE), 400, None, Outcome.ERROR),
        (request_of(route=ROUTE), 404, None, Outcome.ERROR),
        (request_of(), 404, None, Outcome.NOT_FOUND),
        (request_of(), 405, None, Outcome.ERROR),
        (request_of(route=ROUTE), 200, ValueError(), Outcome.ERROR),
        (request_of(route=ROUTE), 200, ClientDisconnect(), Outcome.DISCONNECTED),
        (request_of(route=ROUTE), 200, ConnectionResetError(), Outcome.DISCONNECTED),
        (request_of(route=ROUTE), None, None, Outcome.CANCELLED),
        (request_of(route=ROUTE), 200, KeyboardInterrupt(), Outcome.CANCELLED),
    ],
)
def test_a_request_ends_in_one_way(request_, status, error, wanted):
    response = None if status is None else Response(b"", status)
    assert classify(request_, response, error) is wanted


def test_an_outcome_is_a_text():
    assert [str(outcome) for outcome in Outcome] == [
        "ok", "bypass", "error", "not_found", "disconnected", "cancelled", "closed",
    ]  # fmt: skip

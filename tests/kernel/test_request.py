"""The kernel's request: its scope, a context, and what plugins make of it."""

import pytest

from kernel import Request
from kernel.request import Context, extended


@pytest.fixture
def request_():
    return Request({"type": "http"}, None, None)


def test_a_context_is_a_mapping_with_attributes():
    context = Context(a=1)
    context.b = 2
    context["c"] = 3
    assert (context.a, context["b"], context.c, context.get("d")) == (1, 2, 3, None)


def test_a_missing_attribute_of_a_context_says_its_name():
    with pytest.raises(AttributeError, match="context has no 'user'"):
        _ = Context().user


def test_context_and_state_are_one_mapping(request_):
    request_.state.user = "a"
    assert request_.context == {"user": "a"}
    assert request_.state is request_.context


def test_requests_share_no_context(request_):
    request_.context["a"] = 1
    assert Request({}, None, None).context == {}


def test_a_fresh_request_has_no_route(request_):
    assert (request_.route, dict(request_.url_vars), request_.waiting) == (None, {}, False)


def test_what_plugins_provide_is_computed_once_at_first_use():
    computed = []
    kind = extended({"request.cookies": lambda request: computed.append(request) or {"a": "b"}, "other": None}, ())
    request = kind({}, None, None)
    assert computed == []
    assert request.cookies is request.cookies
    assert computed == [request]


def test_what_nobody_provides_is_an_attribute_error():
    with pytest.raises(AttributeError, match="cookies"):
        _ = extended({}, ())({}, None, None).cookies


def test_a_request_knows_from_the_start_who_waits_for_its_end():
    assert extended({}, ())({}, None, None).waiting is False
    request = extended({}, [print])({}, None, None)
    assert (request.finishers, request.waiting) == ((print,), True)


def test_the_request_class_of_one_kernel_is_its_own():
    extended({"request.a": lambda request: 1}, ())
    assert not hasattr(Request, "a")

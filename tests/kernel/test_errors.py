"""Findings say who, what, where and the next step."""

import pytest

from kernel import Problem
from kernel.errors import (
    BootError,
    ClientDisconnect,
    ConfigError,
    Findings,
    HTTPException,
    KernelError,
    did_you_mean,
)


def test_a_problem_shows_what_where_and_the_next_step():
    problem = Problem("plugin.unknown", "error", "plugin 'x' is unknown", "install it", "config.ini:3")
    assert str(problem) == "error plugin.unknown: plugin 'x' is unknown\n    at config.ini:3\n    -> install it"


def test_a_problem_without_place_is_one_line():
    assert str(Problem("a.b", "warning", "beware")) == "warning a.b: beware"


def test_a_problem_cannot_be_changed():
    with pytest.raises(AttributeError):
        Problem("a.b").level = "warning"


def test_warnings_do_not_forbid_to_run():
    findings = Findings([Problem("a", "warning")])
    assert not findings.fatal
    findings.error("b", "broken", "mend it", "here")
    assert findings.fatal
    assert findings[1] == Problem("b", "error", "broken", "mend it", "here")


def test_a_boot_error_shows_every_problem():
    error = BootError([Problem("a", message="one"), Problem("b", message="two")])
    assert str(error) == "error a: one\nerror b: two"
    assert [problem.id for problem in error.problems] == ["a", "b"]


def test_exit_codes_tell_configuration_from_the_rest():
    assert (BootError([]).exit_code, ConfigError([]).exit_code) == (3, 78)


def test_everything_the_kernel_raises_has_one_root():
    assert all(issubclass(kind, KernelError) for kind in (BootError, ConfigError, ClientDisconnect, HTTPException))


def test_an_http_exception_has_the_phrase_of_its_status():
    error = HTTPException(404)
    assert (error.status, error.detail, error.headers, str(error)) == (404, "Not Found", (), "404 Not Found")


def test_an_http_exception_keeps_detail_and_headers():
    error = HTTPException(405, "no", iter([(b"allow", b"GET")]))
    assert (error.detail, error.headers) == ("no", ((b"allow", b"GET"),))


def test_did_you_mean_guesses_or_is_silent():
    assert did_you_mean("ruoter", ["router", "orm"]) == "; did you mean 'router'?"
    assert did_you_mean("xyz", ["router"]) == ""

"""One page is the whole contract: each hook is documented, and none is asked with what it does not offer."""

import inspect

import pytest

from kernel.hookspecs import Specs

HOOKS = {name: function for name, function in vars(Specs).items() if name.startswith("kernel_")}


@pytest.mark.parametrize("name", HOOKS)
def test_every_hook_is_documented(name):
    assert inspect.getdoc(HOOKS[name])


@pytest.mark.parametrize("name", HOOKS)
def test_every_hook_abstains_by_default(name):
    function = HOOKS[name]
    assert function(*(None for _ in inspect.signature(function).parameters)) is None


def test_first_is_written_where_the_first_answer_counts():
    first = {name for name, function in HOOKS.items() if function.kernel_spec["firstresult"]}
    assert first == {name for name, function in HOOKS.items() if inspect.getdoc(function).startswith("first")}

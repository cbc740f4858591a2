"""Every hook implementation is checked, and every answer keeps the name of its plugin."""

import pytest

from kernel import App, Plugin, hookimpl, hookspec
from kernel.boot.registry import Registry, flattened, innermost
from kernel.errors import BootError, Problem


class Specs:
    @hookspec
    def kernel_words(self, kernel, first): ...

    @hookspec(firstresult=True)
    def kernel_word(self): ...

    def helper(self): ...


@pytest.fixture
def registry():
    registry = Registry()
    registry.specify("kernel", Specs)
    return registry


def plugin(**members):
    return type("Guest", (), members)()


def answering(answer):
    return plugin(kernel_word=hookimpl(lambda self: answer))


def failing(error):
    def kernel_word(self):
        raise error

    return plugin(kernel_word=hookimpl(kernel_word))


def only(registry):
    (problem,) = registry.problems
    return problem


def test_specifications_know_their_arguments(registry):
    assert registry.specs == {"kernel_words": ("kernel", "first"), "kernel_word": ()}


def test_a_hook_specified_twice_is_refused(registry):
    registry.specify("billing", Specs)
    problem = only(registry)
    assert (problem.id, problem.message) == ("hook.duplicate", "plugin 'billing': hook 'kernel_word' exists already")
    assert problem.where.startswith(__file__)


def test_an_unknown_hook_names_the_nearest(registry):
    registry.register("a", plugin(kernel_wrod=hookimpl(lambda self: 1)))
    problem = only(registry)
    assert problem.message == "plugin 'a': hook 'kernel_wrod' does not exist; did you mean 'kernel_word'?"
    assert (problem.id, problem.where.startswith(__file__), problem.hint) == ("hook.unknown", True, "")


def test_an_optional_hook_may_be_unknown(registry):
    registry.register("a", plugin(kernel_graphql=hookimpl(optionalhook=True)(lambda self: 1)))
    assert not registry.problems


def test_a_misspelt_argument_names_the_nearest_and_all(registry):
    registry.register("a", plugin(kernel_words=hookimpl(lambda self, kernle: 1)))
    problem = only(registry)
    wanted = "plugin 'a': hook 'kernel_words' has no argument 'kernle'; did you mean 'kernel'?"
    assert (problem.id, problem.message, problem.hint) == ("hook.argument", wanted, "it offers: kernel, first")


def test_a_hook_without_arguments_offers_none(registry):
    registry.register("a", plugin(kernel_word=hookimpl(lambda self, x: 1)))
    assert only(registry).hint == "it offers: none"


@pytest.mark.parametrize(("name", "guess"), [("kernel_word", ""), ("kernel_wodr", "; did you mean 'kernel_word'?")])
def test_an_undecorated_hook_is_told(registry, name, guess):
    registry.register("a", plugin(**{name: lambda self: 1}))
    problem = only(registry)
    assert problem.id == "hook.undecorated"
    assert problem.message == f"plugin 'a': hook '{name}' is not decorated{guess}"
    assert "@hookimpl" in problem.hint


def test_an_attribute_that_is_no_function_is_no_hook(registry):
    registry.register("a", plugin(kernel_name="x"))
    assert not registry.problems


async def coroutine(self): ...


def wrapper(self):
    return (yield)


@pytest.mark.parametrize(
    "function", [hookimpl(coroutine), hookimpl(wrapper=True)(wrapper), hookimpl(hookwrapper=True)(wrapper)]
)
def test_hooks_are_neither_async_nor_wrappers(registry, function):
    registry.register("a", plugin(kernel_word=function))
    problem = only(registry)
    assert problem.id == "hook.async"
    assert problem.message == "plugin 'a': hook 'kernel_word' is asked at boot: neither async nor a wrapper"
    assert "plain def" in problem.hint


def test_a_plugin_that_is_wrong_is_not_asked(registry):
    registry.register("a", plugin(kernel_word=hookimpl(lambda self: 1), kernel_wrod=hookimpl(lambda self: 1)))
    assert registry.first("kernel_word") is None


def test_answers_come_with_their_plugin_in_reverse_order_of_registration(registry):
    for name, answer in (("c", 3), ("b", None), ("a", 1)):
        registry.register(name, answering(answer))
    assert list(registry.collect("kernel_word")) == [("a", 1), ("c", 3)]
    assert registry.first("kernel_word") == ("a", 1)


def test_one_plugin_alone_can_be_asked(registry):
    registry.register("b", answering(2))
    registry.register("a", answering(1))
    assert list(registry.collect("kernel_word", only="b")) == [("b", 2)]


def test_the_authors_wish_to_be_first_or_last_counts(registry):
    registry.register("c", plugin(kernel_word=hookimpl(tryfirst=True)(lambda self: 3)))
    registry.register("b", answering(2))
    registry.register("a", plugin(kernel_word=hookimpl(trylast=True)(lambda self: 1)))
    assert [name for name, _ in registry.collect("kernel_word")] == ["c", "b", "a"]


def test_an_answer_of_false_is_an_answer(registry):
    registry.register("a", answering(False))
    assert registry.first("kernel_word") == ("a", False)


def test_a_hook_gets_only_the_arguments_it_names(registry):
    registry.register("a", plugin(kernel_words=hookimpl(lambda self, first: first)))
    assert list(registry.collect("kernel_words", kernel=1, first=2)) == [("a", 2)]


def test_a_hook_that_nobody_implements_has_no_answer(registry):
    assert registry.first("kernel_word") is None


def test_a_hook_that_nobody_specifies_cannot_be_asked(registry):
    with pytest.raises(
        LookupError, match="no active plugin specifies the hook 'kernel_wrod'; did you mean 'kernel_word'"
    ):
        list(registry.collect("kernel_wrod"))


def test_a_hook_that_fails_is_a_finding_and_the_others_are_asked(registry):
    registry.register("b", answering(2))
    registry.register("a", failing(ValueError("no")))
    assert list(registry.collect("kernel_word")) == [("b", 2)]
    problem = only(registry)
    assert (problem.id, problem.message) == ("hook.failed", "plugin 'a': hook 'kernel_word' failed: ValueError: no")
    assert problem.where.startswith(__file__)


def test_a_hook_may_raise_its_own_findings(registry):
    registry.register("a", failing(BootError([Problem("x"), Problem("y")])))
    list(registry.collect("kernel_word"))
    assert [problem.id for problem in registry.problems] == ["x", "y"]


def test_the_keywords_of_an_app_are_its_answers(registry):
    registry.register("shop", App(name="shop", word=3, words=[1], timeout=3))
    assert registry.first("kernel_word") == ("shop", 3)
    assert list(registry.collect("kernel_words", kernel=1, first=2)) == [("shop", [1])]


def test_an_unknown_keyword_of_an_app_names_the_way_out(registry):
    registry.register("shop", App(name="shop", wodr=3))
    problem = only(registry)
    assert problem.id == "app.keyword"
    assert problem.message == "app 'shop': no active plugin specifies 'wodr='; did you mean 'word'?"
    assert problem.hint == "mend it, or switch on the plugin that specifies 'kernel_wodr' in [plugins] active"
    assert problem.where.startswith(f"{__file__}:")


def test_a_subclass_of_app_may_implement_hooks_too(registry):
    class Shop(App):
        @hookimpl
        def kernel_word(self):
            return 3

    registry.register("shop", Shop(name="shop"))
    assert registry.first("kernel_word") == ("shop", 3)


def test_the_hooks_of_a_plugin_may_be_inherited(registry):
    class Base(Plugin):
        @hookimpl
        def kernel_word(self):
            return 3

    registry.register("a", type("Child", (Base,), {})())
    assert registry.first("kernel_word") == ("a", 3)


def test_an_exception_that_was_never_raised_has_no_place():
    assert innermost(ValueError()) == ""


def test_answers_may_be_nested_in_any_depth():
    assert flattened([1, [[2], ()], iter([3])], int) == [1, 2, 3]


def test_a_plugin_that_another_asks_pays_for_its_own_turn(registry):
    def slow(self):
        list(registry.collect("kernel_word"))
        assert registry.asked == "a"

    registry.register("b", plugin(kernel_word=hookimpl(lambda self: turns.append(registry.asked))))
    registry.register("a", plugin(kernel_words=hookimpl(slow)))
    turns = []
    list(registry.collect("kernel_words", kernel=None, first=1))
    assert (turns, registry.asked, registry.spent.keys()) == (["b"], "", {"", "a", "b"})

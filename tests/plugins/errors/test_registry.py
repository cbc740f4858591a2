"""The codes of one kernel."""

import pytest
from kernel_errors import ErrorCode, ErrorList, ErrorRegistry

BROKEN = ErrorCode(2000, "Broken", 400)


def test_built_in_codes_and_those_of_apps_are_found() -> None:
    registry = ErrorRegistry([("shop", [ErrorList(BROKEN)]), ("blog", ErrorList(ErrorCode(1500, "Old", 410)))])
    assert registry[2000] is BROKEN
    assert registry.get(1001) is not None
    assert registry.get(3) is registry.get(None) is registry.get([]) is None
    assert 2000 in registry
    assert (registry.owner(1000), registry.owner(2000)) == ("errors", "shop")
    assert [(owner, code.code) for owner, code in registry][-2:] == [("blog", 1500), ("shop", 2000)]
    assert len(registry) == 10
    assert registry.problems == []


def test_all_clashes_are_found_and_both_sides_named() -> None:
    again = ErrorList(ErrorCode(2000, "Again", 400), ErrorCode(1001, "Lost", 404))
    problems = ErrorRegistry([("shop", ErrorList(BROKEN)), ("blog", [again])]).problems
    assert [problem.id for problem in problems] == ["error.duplicate"] * 2
    assert problems[0].message.startswith(f"error code 2000 is declared by 'shop' ({BROKEN.where}) and by 'blog' (")
    assert problems[0].hint.startswith("give 'Broken' or 'Again' another number, switch one of the two off, or ")
    assert "by 'errors'" in problems[1].message


def test_one_list_in_two_apps_is_a_clash_too() -> None:
    shared = ErrorList(BROKEN)
    (problem,) = ErrorRegistry([("shop", [shared]), ("blog", [shared])]).problems
    assert "'shop'" in problem.message
    assert "'blog'" in problem.message


def test_something_that_is_no_list_is_a_finding() -> None:
    (problem,) = ErrorRegistry([("shop", [BROKEN])]).problems
    assert problem.id == "error.type"
    assert "plugin 'shop'" in problem.message


def test_two_registries_share_nothing() -> None:
    ErrorRegistry([("shop", ErrorList(BROKEN))])
    assert 2000 not in ErrorRegistry()


@pytest.mark.parametrize("turned", [False, True])
def test_a_code_may_replace_another_on_purpose(turned: bool) -> None:
    mine = ErrorCode(2000, "Mine", 409, replaces="shop")
    answers = [("shop", ErrorList(BROKEN)), ("blog", ErrorList(mine))]
    registry = ErrorRegistry(answers[::-1] if turned else answers)

    assert registry.problems == []
    assert (registry[2000], registry.owner(2000)) == (mine, "blog")

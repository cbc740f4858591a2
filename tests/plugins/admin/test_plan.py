"""`kernel plan`: the plan as text, read back, compared, and tried with a plugin more or less."""

import json
import os
import subprocess
import sys
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st
from kernel_admin.difference import Change, difference, told
from kernel_admin.routes import rows
from kernel_admin.snapshot import Entry, lines, parsed, taken
from kernel_router import Routes
from kernel_testing import make_kernel

from kernel import App, Hooks, Kernel
from kernel.boot.discovery import scan
from kernel.layers import Route

WORDS = st.text("abc :->(", min_size=1, max_size=8).filter(lambda text: text == text.strip())
ENTRIES = st.lists(st.builds(Entry, WORDS, st.lists(WORDS, max_size=2).map(tuple)), max_size=4)
PLANS = st.dictionaries(st.sampled_from(["plugins", "left out", "routes"]), ENTRIES)


def plan(**sections: list[str]) -> dict[str, list[Entry]]:
    return {name: [Entry(text) for text in texts] for name, texts in sections.items()}


def test_the_plan_shows_every_part(project: Path, invoke: Any, invoke_json: Any) -> None:
    text = invoke("plan").output

    assert text.startswith("# plan of an asgi-kernel project, format 1\n\nplugins\n")
    assert (
        "    GET /hello/<name> -> shop:hello (shop:app)\n        layer inner (shop:app), app\n"
        "        handler hello (shop:app), route\n        render render, route\n"
    ) in text
    assert str(project) not in text
    assert invoke_json("plan")["apps"] == [{"text": name, "details": []} for name in ("shop:app", "project")]


@given(PLANS)
def test_what_is_written_is_read_back(snapshot: Any) -> None:
    assert parsed("\n".join(lines(snapshot))) == snapshot


@pytest.mark.parametrize("text", ["", "[apps]\n", "# plan of an asgi-kernel project, format 2\n"])
def test_what_is_no_plan_is_refused(project: Path, invoke: Any, text: str) -> None:
    Path("old").write_text(text)
    result = invoke("plan", "--diff", "old")

    assert result.exit_code == 1
    assert "plan.unreadable" in result.stderr


def test_a_detail_below_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="stands below nothing"):
        parsed(f"{lines({})[0]}\n        x")


def test_a_plan_is_kept_and_compared(project: Path, invoke: Any, invoke_json: Any) -> None:
    Path("old").write_text(invoke("plan").output)
    assert invoke("plan", "--diff", "old").output == "no difference\n"
    Path("old").write_text(Path("old").read_text().replace("    POST /echo", "    PUT /echo").replace("inner", "outer"))

    result = invoke("plan", "--diff", "old")
    assert result.exit_code == 1
    assert "  - PUT /echo -> shop:echo (shop:app)\n  + POST /echo -> shop:echo (shop:app)\n" in result.output
    assert "  ~ GET /hello/<name>" in result.output
    assert "      - layer outer (shop:app), app\n      + layer inner (shop:app), app\n" in result.output
    found = json.loads(invoke("plan", "--diff", "old", "--json").stdout)
    assert {"section": "routes", "kind": "lost", "text": "PUT /echo -> shop:echo (shop:app)", "details": []} in found


def test_what_moves_is_told_once() -> None:
    before, after = plan(plugins=["a", "b", "c", "d"]), plan(plugins=["d", "a", "b", "c"])

    assert difference(before, after) == [Change("plugins", "moved", "d: now first")]
    assert told(difference(after, before)) == ["plugins", "  > d: now after c"]


@given(PLANS, PLANS)
def test_there_is_no_difference_exactly_between_equals(one: Any, other: Any) -> None:
    texts = [[entry.text for entry in entries] for snapshot in (one, other) for entries in snapshot.values()]
    if all(len(set(names)) == len(names) for names in texts):
        filled = [{name: list(entries) for name, entries in snapshot.items() if entries} for snapshot in (one, other)]
        assert (difference(one, other) == []) == (filled[0] == filled[1])


def test_with_shows_what_a_plugin_would_change(project: Path, invoke: Any) -> None:
    result = invoke("plan", "--with", "cors")

    assert result.exit_code == 1
    assert result.output.startswith("plugins\n  + cors (asgi-kernel ")
    assert "cors" not in Path("config.ini").read_text()


def test_without_shows_what_an_app_is_worth(project: Path, invoke: Any) -> None:
    text = invoke("plan", "--without", "shop:app").output

    assert "apps\n  - shop:app\n" in text
    assert "routes\n  - GET /hello/<name> -> shop:hello (shop:app)\n" in text
    assert "left out\n  + debug: blocked\n" in invoke("plan", "--without", "debug").output


def test_what_would_not_boot_is_told(project: Path, invoke: Any) -> None:
    result = invoke("plan", "--without", "events")

    assert result.exit_code == 1
    assert "plugin 'phases' requires 'events'" in result.stderr


def test_environment_variables_are_left_as_they_were(project: Path, invoke: Any) -> None:
    before = dict(os.environ)
    invoke("plan", "--with", "cors", "--without", "debug")

    assert dict(os.environ) == before


def shop(name: str, **options: str) -> App:
    async def show(request: Any) -> None: ...

    routes = Routes()
    routes.get("/items", **options)(show)
    return App(name=name, routes=[routes])


def test_a_route_that_another_one_replaces_is_not_served() -> None:
    kernel = make_kernel(apps=[shop("stock"), shop("mine", replaces="stock")]).boot()

    assert [row["app"] for row in rows(kernel)] == ["mine"]
    assert [entry.text.rpartition(" ")[2] for entry in taken(kernel)["routes"]] == ["(mine)"]


def test_without_the_router_every_route_is_told() -> None:
    routes = [Route("/items", ["GET", "PUT"], lambda request: "")]
    config = {"plugins": {"active": "settings, handlers, outcomes, requests, params, errors, responses"}}

    kernel = Kernel(config, apps=[App(name="shop", routes=routes)])

    assert [row["method"] for row in rows(kernel)] == ["GET", "PUT"]


def test_listeners_templates_and_errors_are_part_of_the_plan(tmp_path: Path) -> None:
    hooks = Hooks()
    hooks.event("startup")(test_listeners_templates_and_errors_are_part_of_the_plan)
    found = taken(make_kernel(apps=[App(name="shop", hooks=[hooks])]))

    assert [entry.text for entry in found["listeners"]] == ["startup", "drain"]  # websockets listen to that one
    assert found["listeners"][0].details[0].endswith("(shop)")
    assert found["errors"][0].text == "1000 500 Server error (errors)"


@pytest.mark.parametrize("order", list(permutations(range(4)))[::3])
def test_the_plan_is_the_same_in_any_order_of_installation(order: tuple[int, ...], project: Path) -> None:
    found = list(scan())
    thirds = [found[:5], [one for one in found[5:] if one.kind == "app"], found[:0], found]
    shuffled = [one for number in order for one in thirds[number]]
    (project / "config.ini").write_text("[plugins]\nactive = standard, cors\n[apps]\nactive = shop:app\n")
    plans = [taken(Kernel(project / "config.ini", discover=lambda found=some: found)) for some in (found, shuffled)]

    assert lines(plans[0]) == lines(plans[1])
    assert len(plans[0]["routes"]) == 2


def test_the_plan_is_the_same_for_20_seeds_of_hashing(make_project: Any) -> None:
    root = make_project("[plugins]\nactive = standard, cors\n[apps]\nactive = shop:app, pages\n[database]\n")
    code = (
        "from kernel_admin.plan import *; from kernel_admin.snapshot import *; print('\\n'.join(lines(taken(safe()))))"
    )
    paths = os.pathsep.join(path for path in sys.path if path)
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": paths},
            cwd=root,
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in range(20)
    ]
    plans = {process.communicate()[0] for process in running}

    assert len(plans) == 1
    assert "GET /hello/<name> -> shop:hello (shop:app)" in plans.pop()

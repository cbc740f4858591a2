"""`kernel explain`: what is left out, comparisons and pictures."""

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest
from kernel_admin.boxes import LONGEST, caption, drawn
from kernel_admin.chain import Met
from kernel_admin.comparison import compared
from kernel_admin.mermaid import written

from kernel.boot.plan import Step

SPACE = "{http://www.w3.org/2000/svg}"
ROOT = Path(__file__).parents[3]
STATES = """
from functools import partial, wraps
from kernel import App, Layer, Plugin, hookimpl
from kernel_data import Data, String
from kernel_router import Routes

def decorated(function):
    @wraps(function)
    def wrapper(*args):
        return function(*args)
    return wrapper

async def check(role, request): ...

@decorated
def load(request): ...

class Guard:
    def __call__(self, request): ...

class Query(Data):
    q = String()

def sorry(request, error): return "sorry"

routes = Routes(guards=[Guard()], exception_handlers={KeyError: sorry})

@routes.get("/x", before_request=partial(check, "admin"), guards=[load], data_handler=Query)
async def handler(request): return "x"

app = App(routes=[routes], exception_handlers={404: sorry}, error_handlers={404: sorry, Exception: sorry},
          layers=[Layer("end", on_finish=print)])

async def around(request, call_next): return await call_next(request)

class Layers(Plugin):
    name = "layers"
    @hookimpl
    def kernel_layers(self):
        return [Layer("c", around=around, replaces="b"), Layer("b", around=around, replaces="layers:a"),
                Layer("a", on_finish=print), Layer("later", after_request=lambda response: response),
                Layer("never", around=around, level="app", select=lambda route: False)]

class Twins(Plugin):
    name = "twins"
    @hookimpl
    def kernel_layers(self):
        return [Layer("d", around=around, replaces="e"), Layer("e", around=around, replaces="f"),
                Layer("f", around=around, replaces="e")]
"""


@pytest.fixture
def states(make_project: Any) -> None:
    make_project("[apps]\nactive = states:app, states:Layers, states:Twins\n", states=STATES)


def steps(found: Any) -> dict[str, Any]:
    return {f"{step['phase']} {step['callable']}": step for step in found["steps"]}


def place(step: Any) -> int:
    return int(step["where"].rpartition("states.py:")[2])


def test_a_step_is_named_and_placed_by_the_function_inside(states: None, invoke_json: Any) -> None:
    found = steps(invoke_json("explain", "GET", "/x"))
    lines = STATES.splitlines()

    assert "async def check" in lines[place(found["before_request check"]) - 1]
    assert found["before_request check"]["async"]
    assert lines[place(found["guard load"]) - 1] == "@decorated"
    assert "def __call__" in lines[place(found["guard Guard"]) - 1]


def test_what_is_replaced_refused_or_only_for_errors_is_told(states: None, invoke_json: Any) -> None:
    found = {name: step["status"] for name, step in steps(invoke_json("explain", "GET", "/x")).items()}

    assert found["layer b"] == "replaced: by 'c' of 'layers'"
    assert found["layer a"] == "replaced: by 'b' of 'layers'"
    assert found["layer e"] == "replaced: by 'd' of 'twins'"
    assert found["layer f"] == "replaced: by 'e' of 'twins'"
    assert found["layer never"] == "refused: by select="
    assert found["rescue sorry"] == "active"
    assert found["bind Query"] == "on demand: request.get_cleaned_data()"
    assert found["after_request unmatched.<locals>.without_route"] == "active"


def test_without_a_route_the_exception_handlers_and_endings_of_apps_are_told(states: None, invoke: Any) -> None:
    result = invoke("explain", "GET", "/nothing", "--json")
    told = [(step["phase"], step["level"], step["status"]) for step in json.loads(result.stdout)["steps"]]

    assert result.exit_code == 1
    assert ("rescue", "app", "active") in told
    assert ("rescue", "application", "overridden: by 'sorry'") in told
    assert ("on_finish", "app", "active") in told
    assert ("after_request", "application", "skipped: only for success, and this is 404") in told


def test_a_table_numbers_the_way_in_and_out(states: None, invoke: Any) -> None:
    lines = invoke("explain", "GET", "/x").stdout.splitlines()
    cells = [line.split() for line in lines]

    assert cells[1][:4] == ["#", "in", "out", "phase"]
    assert any("answers KeyError" in line for line in lines)
    assert any("select= at states.py:" in line and "never" in line for line in lines)
    handler = next(line.split() for line in lines if " handler " in line)
    render = next(line.split() for line in lines if " render " in line)
    assert int(render[1]) == int(handler[1]) + 1


OTHER = """
[apps]
active = shop:app, extra:Extra
[networking]
allowed_hosts = *
"""
EXTRA = """
from kernel import Layer, Plugin, hookimpl

async def around(request, call_next):
    return await call_next(request)

class Extra(Plugin):
    name = "extra"
    @hookimpl
    def kernel_layers(self):
        return [Layer("first", around=around), Layer("second", around=around, before=("first",) if BEFORE else ())]

class Without(Plugin):
    name = "without"
    @hookimpl
    def kernel_layers(self):
        return [Layer("inner", around=around, level="route", select=lambda route: SELECT)]
"""


@pytest.fixture
def two(make_project: Any) -> Path:
    """Return the folder of a project with two configurations."""
    head = "import os\nBEFORE = 'BEFORE' in os.environ\nSELECT = True\n"
    folder: Path = make_project(extra=head + EXTRA)
    (folder / "other.ini").write_text(OTHER)
    return folder


def test_a_diff_tells_what_another_configuration_adds(two: Path, invoke: Any) -> None:
    result = invoke("explain", "GET", "/hello/Ada", "--diff", "other.ini")

    assert result.exit_code == 1
    assert result.stdout.splitlines()[1:] == [
        "+ layer first (extra, application)",
        "+ layer second (extra, application)",
    ]


def test_a_diff_as_json(two: Path, invoke: Any) -> None:
    found = json.loads(invoke("explain", "get", "/hello/Ada", "--diff", "other.ini", "--json").stdout)

    assert {name: found[name] for name in ("method", "path", "route", "other_route")} == {
        "method": "GET",
        "path": "/hello/Ada",
        "route": "/hello/<name>",
        "other_route": "/hello/<name>",
    }
    assert [step["callable"] for step in found["gained"]] == ["first", "second"]
    assert (found["lost"], found["moved"], found["changed"]) == ([], [], [])


def test_no_difference_exits_0_and_another_route_1(two: Path, invoke: Any) -> None:
    same = invoke("explain", "GET", "/hello/Ada", "--diff", "config.ini")
    (two / "none.ini").write_text("[apps]\nactive =\n")
    other = invoke("explain", "GET", "/hello/Ada", "--diff", "none.ini")

    assert same.exit_code == 0
    assert same.stdout.splitlines()[-1] == "no difference"
    assert other.exit_code == 1
    assert "no route for this path" in other.stdout.splitlines()[1]


def test_another_configuration_that_does_not_boot_exits_as_the_boot_does(two: Path, invoke: Any) -> None:
    (two / "broken.ini").write_text("[apps]\nactive = nobody:app\n")
    codes = [invoke("explain", "GET", "/", "--diff", name).exit_code for name in ("broken.ini", "missing.ini")]

    assert codes == [3, 78]


def test_a_configuration_elsewhere_is_booted_with_its_own_modules(two: Path, invoke_json: Any) -> None:
    folder = two / "elsewhere"
    folder.mkdir()
    (folder / "config.ini").write_text("[apps]\nactive = shop:app\n")
    text = (two / "shop.py").read_text().replace('Layer("inner"', 'Layer("theirs"')
    (folder / "shop.py").write_text(text)
    found = invoke_json("explain", "GET", "/hello/Ada", "--diff", "elsewhere")

    assert [[step["callable"] for step in found[kind]] for kind in ("lost", "gained")] == [["inner"], ["theirs"]]
    (changed,) = found["changed"]
    assert changed["details"] == f"now from {folder / 'shop.py'}:8"


def row(name: str, **more: Any) -> dict[str, Any]:
    known = {"phase": "layer", "callable": name, "plugin": "p", "level": "app", "where": "a.py:1", "async": True}
    return {**known, "status": "active", **more}


def test_a_comparison_tells_the_least_that_moved() -> None:
    found = compared([row("a"), row("b"), row("c")], [row("c"), row("a"), row("b")])

    assert [(one.kind, one.step["callable"], one.details) for one in found] == [("moved", "c", "now first")]
    (moved,) = compared([row("a"), row("b"), row("c")], [row("b"), row("c"), row("a")])
    assert moved.details == "now after layer c (p, app)"


def test_a_comparison_tells_what_changed_but_not_another_line() -> None:
    after = [
        row("a", where="a.py:9"),
        row("b", where="b.py:1", status="skipped: by skip="),
        row("c", where="", **{"async": False}),
    ]
    found = compared([row("a"), row("b"), row("c")], after)

    assert [(one.step["callable"], one.details) for one in found] == [
        ("b", "now from b.py:1; now skipped: by skip="),
        ("c", "now from nowhere; now sync"),
    ]
    assert compared([row("a", **{"async": False})], [row("a")])[0].details == "now async"


def test_several_steps_of_one_name_are_told_apart() -> None:
    assert [one.kind for one in compared([row("a")], [row("a"), row("a")])] == ["gained"]


def test_the_text_of_a_difference_has_signs(two: Path, invoke: Any) -> None:
    (two / "less.ini").write_text("[apps]\nactive = shop:app, extra:Extra\n[order]\nlayers = second, first\n")
    lines = invoke("explain", "GET", "/hello/Ada", "--diff", "less.ini").stdout.splitlines()

    assert lines[1:] == ["+ layer second (extra, application)", "+ layer first (extra, application)"]


@pytest.mark.parametrize(
    "words", [("--svg", "x.svg", "--mermaid"), ("--mermaid", "--json"), ("--svg", "x", "--diff", "y")]
)
def test_one_answer_at_a_time(project: Path, invoke: Any, words: tuple[str, ...]) -> None:
    assert invoke("explain", "GET", "/", *words).exit_code == 2


def test_a_picture_is_well_formed_and_nothing_stands_outside(states: None, invoke: Any) -> None:
    assert invoke("explain", "GET", "/x", "--svg", "x.svg").exit_code == 0
    root = ElementTree.fromstring(Path("x.svg").read_text("utf-8"))
    width, height = float(root.get("width", 0)), float(root.get("height", 0))
    boxes = [one for one in root.iter(f"{SPACE}rect") if one.get("rx")]

    assert len(boxes) > 10
    for one in boxes:
        x, y, wide, high = (float(one.get(name, 0)) for name in ("x", "y", "width", "height"))
        assert 0 <= x <= x + wide <= width
        assert 0 <= y <= y + high <= height
    assert "prefers-color-scheme:dark" in Path("x.svg").read_text("utf-8")


def test_every_box_stands_within_the_one_around_it() -> None:
    chain = [Met(Step("layer", f"layer {n}", "p", "app", "", True)) for n in range(4)]
    root = ElementTree.fromstring(drawn("GET /", [*chain, Met(Step("handler", "h", "p", "route", "", True))]))
    boxes = [one for one in root.iter(f"{SPACE}rect") if one.get("height") not in (None, "12", "100%")]
    sizes = [tuple(float(box.get(name, 0)) for name in ("x", "y", "width", "height")) for box in boxes]

    for (x, y, wide, high), (left, top, across, down) in zip(sizes, sizes[1:], strict=False):
        assert x < left < left + across < x + wide
        assert y < top < top + down < y + high


def test_without_a_route_the_way_turns_at_the_innermost_layer(states: None, invoke: Any) -> None:
    result = invoke("explain", "GET", "/nothing", "--svg", "-")

    assert result.exit_code == 1
    assert "sorry" in result.stdout
    assert "404" in result.stderr


def test_nothing_can_be_drawn_too() -> None:
    assert ElementTree.fromstring(drawn("GET /", [])).tag == f"{SPACE}svg"
    assert "request --> response" in written("GET /", [])


HOSTILE = '"<b>&"'


def test_a_name_cannot_break_a_picture() -> None:
    chain = [Met(Step("layer", HOSTILE, HOSTILE, "app", HOSTILE, True), why=HOSTILE)]
    told = "".join(ElementTree.fromstring(drawn(HOSTILE, chain)).itertext())

    assert told.count(HOSTILE) == 5
    assert "<b>" not in written(HOSTILE, chain)
    assert "#quot;#lt;b#gt;#amp;#quot;" in written(HOSTILE, chain)


def test_a_long_text_is_cut() -> None:
    assert len(caption(Met(Step("guard", "x" * 200, "p", "app", "", True)))) == LONGEST


def test_mermaid_leads_one_arrow_through_nested_boxes(states: None, invoke: Any) -> None:
    lines = invoke("explain", "GET", "/x", "--mermaid").stdout.splitlines()
    opened = sum(line.strip().startswith("subgraph") for line in lines)
    arrows = [line.split() for line in lines if "-->" in line]

    assert lines[0] == "flowchart TB"
    assert opened == lines.count("end") + sum(line.strip() == "end" for line in lines) > 0
    assert [one[0] for one in arrows[1:]] == [one[2] for one in arrows[:-1]]
    assert arrows[0][0] == "request"
    assert any("answers KeyError" in line and ":::absent" in line for line in lines)

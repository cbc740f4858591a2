"""`kernel plugins contract NAME`."""

from pathlib import Path
from typing import Any

PLUGIN = """
from dataclasses import dataclass
from typing import Annotated
from kernel import App, Plugin

@dataclass(frozen=True)
class Config:
    size: Annotated[int, "how many"]

class Needs(Plugin):
    name = "needs"
    requires = ("errors",)
    Config = Config

app = App(name="store")
"""


def test_each_clause_is_told(project: Path, invoke: Any) -> None:
    result = invoke("plugins", "contract", "cors")

    assert result.exit_code == 0
    assert result.output.startswith("kept    import              Importing it does nothing")
    assert result.output.count("kept ") == 9


def test_a_breach_exits_1_and_is_told_below_its_clause(project: Path, invoke: Any, invoke_json: Any) -> None:
    Path("bad.py").write_text("from kernel import App\nimport socket\nsocket.socket().close()\napp = App(rotes=[])\n")
    result = invoke("plugins", "contract", "bad:app")

    assert result.exit_code == 1
    assert "broken  hooks " in result.output
    assert "        - app 'bad:app': no active plugin specifies 'rotes='; did you mean 'routes'?" in result.output
    found = invoke_json("plugins", "contract", "bad:app")
    assert (found["kept"], found["breaches"][0]["clause"]) == (False, "import")


def test_required_keys_have_the_values_of_the_project(make_project: Any, invoke: Any) -> None:
    make_project("[needs]\nsize = 3\n[database]\nurl = nonsense\n", needs=PLUGIN)

    assert invoke("plugins", "contract", "needs:app").exit_code == 1  # an app may need every section
    Path("config.ini").write_text("[needs]\nsize = 3\n")
    assert invoke("plugins", "contract", "needs:app").exit_code == 0


def test_sections_of_others_are_left_out_for_a_plugin(make_project: Any, invoke: Any) -> None:
    make_project("[errors]\nformat = problem\n[database]\nurl = nonsense\n")

    assert invoke("plugins", "contract", "errors").exit_code == 0


def test_it_needs_no_project(make_project: Any, invoke: Any) -> None:
    make_project(None)

    assert invoke("plugins", "contract", "errors").exit_code == 0


def test_an_unknown_name_exits_1(project: Path, invoke: Any) -> None:
    assert "did you mean 'errors'" in invoke("plugins", "contract", "erors").stderr

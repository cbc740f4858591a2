"""Every Python example of README.md and docs/ runs as it stands, its tests too, each in a process of its own."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
EXAMPLES = [
    pytest.param(code, id=f"{page.relative_to(ROOT)}-{number}")
    for page in PAGES
    for number, code in enumerate(re.findall(r"^```python\n(.*?)^```", page.read_text("utf-8"), re.M | re.S), 1)
]
BOOT = """
import inspect
import anyio
from kernel import Kernel, Plugin
from kernel_testing.contract import keeps
plugins = [thing for thing in list(vars().values()) if isinstance(thing, type) and issubclass(thing, Plugin)]
apps = [app] if "app" in vars() else []
Kernel({}, apps=apps, plugins=[plugin for plugin in plugins if plugin is not Plugin]).boot()
for name, test in [(name, thing) for name, thing in vars().items() if name[:5] == "test_" and callable(thing)]:
    given = {"contract": keeps}
    if inspect.signature(test).parameters.keys() <= given.keys():
        call = lambda: test(*(given[word] for word in inspect.signature(test).parameters))
        anyio.run(call) if inspect.iscoroutinefunction(test) else call()
"""


@pytest.mark.parametrize("code", EXAMPLES)
def test_the_example_runs_and_what_it_declares_boots(code: str, tmp_path: Path):
    path = [str(ROOT / folder) for folder in (".", "plugins", "contrib")]
    script = tmp_path / "example.py"
    script.write_text(f"import sys; sys.path[:0] = {path!r}\n{code}\n{BOOT}", "utf-8")
    run = subprocess.run([sys.executable, "-W", "error", str(script)], cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_somewhere(page: Path):
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []

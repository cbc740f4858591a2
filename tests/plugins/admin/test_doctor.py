"""`kernel doctor`."""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from kernel_admin.binding import Place
from kernel_admin.doctor import leftovers, owners, python, versions, writable
from packaging.requirements import Requirement

FREE = "[networking]\nbind = 127.0.0.1:0\n"


def test_a_healthy_project_has_no_findings(make_project: Any, invoke: Any, invoke_json: Any) -> None:
    make_project(FREE)
    result = invoke("doctor")

    assert result.exit_code == 0, result.output
    assert all(line.endswith(" ok") for line in result.output.splitlines())
    assert all(invoke_json("doctor")["checks"].values())


def test_a_port_in_use_is_a_finding(make_project: Any, invoke: Any) -> None:
    place = Place.open("127.0.0.1:0")
    place.listen()
    make_project(f"[networking]\nbind = {place.url.removeprefix('http://')}\n")
    result = invoke("doctor")
    place.close()

    assert result.exit_code == 1
    assert "cannot be bound: address already in use" in result.stdout


def test_a_configuration_that_cannot_be_read_is_a_finding(make_project: Any, invoke_json: Any) -> None:
    make_project("[networking\n")

    found = invoke_json("doctor")

    assert found["checks"]["configuration"] is False
    assert len(found["problems"]) == 1


def test_no_configuration_at_all_is_a_finding(make_project: Any, invoke: Any) -> None:
    make_project(None)
    result = invoke("doctor")

    assert result.exit_code == 1
    assert "'kernel new project NAME' writes one" in result.stdout


@pytest.mark.parametrize(
    ("more", "check"),
    [
        ("[errors]\nformat = xml\n", "configuration"),
        ("[plugins]\nactive = standard, nope\n", "configuration"),
        ("[apps]\nactive = broken\n", "plugins and apps"),
    ],
)
def test_what_the_boot_finds_is_told_and_the_rest_examined(
    make_project: Any, invoke: Any, invoke_json: Any, more: str, check: str
) -> None:
    make_project(FREE + more, broken="raise ValueError('no luck')")
    found = invoke_json("doctor")

    assert [name for name, healthy in found["checks"].items() if not healthy] == [check]
    assert len(found["problems"]) == 1
    assert "media folder" in found["checks"]
    assert invoke("doctor").exit_code == 1


def test_a_bind_that_is_no_address_is_a_finding(make_project: Any, invoke_json: Any) -> None:
    make_project("[networking]\nbind = nonsense\n")

    assert invoke_json("doctor")["checks"]["port"] is False


def test_warnings_are_no_failure(make_project: Any, invoke: Any) -> None:
    make_project(f"{FREE}[netwoking]\nx = 1\n")
    result = invoke("doctor")

    assert result.exit_code == 0
    assert "did you mean 'networking'" in result.stdout


EXAMINED = """
import anyio
from kernel import Plugin, Problem, hookimpl

class Cellar(Plugin):
    @hookimpl(optionalhook=True)
    def kernel_doctor(self):
        return {"cellar": self.look, "attic": self.climb, "well": self.wait}

    async def look(self):
        await anyio.sleep(0)
        return [Problem("cellar.wet", "error", "it is wet", "dry it")]

    def climb(self): raise ValueError("no ladder")

    async def wait(self): await anyio.sleep_forever()

class Mute(Plugin):
    @hookimpl(optionalhook=True)
    def kernel_doctor(self): raise ValueError("no answer")

class Second(Plugin):
    @hookimpl(optionalhook=True)
    def kernel_doctor(self): return {"cellar": lambda: None}
"""


def test_plugins_say_what_can_be_examined(make_project: Any, invoke_json: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kernel_admin.examination.PATIENCE", 0.5)
    make_project(f"{FREE}[apps]\nactive = more:Mute, more:Cellar, more:Second\n", more=EXAMINED)
    found = invoke_json("doctor")

    assert [name for name, healthy in found["checks"].items() if not healthy] == [
        "more:Mute",
        "cellar",
        "attic",
        "well",
    ]
    assert [problem["message"] for problem in found["problems"]] == [
        "plugin 'more:Mute' could not be examined: plugin 'more:Mute': hook 'kernel_doctor' failed: "
        "ValueError: no answer",
        "it is wet",
        "attic (plugin 'more:Cellar') could not be examined: ValueError: no ladder",
        "well (plugin 'more:Cellar'): no answer within 0.5 seconds",
    ]


def test_an_old_python_is_a_finding() -> None:
    assert [problem.id for problem in python((3, 10))] == ["doctor.python"]


def test_dependencies_that_lack_or_do_not_fit_are_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    wishes = [Requirement(text) for text in ("click<1", "nowhere-to-be-found", "nor-this; extra == 'more'", "pluggy")]
    monkeypatch.setattr("kernel_admin.doctor.dependencies", lambda: wishes)
    messages = [problem.message for problem in versions()]

    assert len(messages) == 2
    assert messages[0].startswith("'click' is ")
    assert messages[1] == "'nowhere-to-be-found' is not installed"


def test_a_second_owner_of_the_import_name_is_a_finding() -> None:
    files = ["kernel/__init__.py"]
    ours = SimpleNamespace(name="asgi_kernel", version="1", files=files)
    other = SimpleNamespace(name="kernel", version="0.131.0", files=files)
    none = SimpleNamespace(name="other", version="1", files=None)

    assert [problem.message for problem in owners([ours, other, none])] == [
        "'kernel' 0.131.0 owns the import name 'kernel' too"
    ]


def test_a_stale_egg_info_is_a_finding(tmp_path: Path) -> None:
    folder = tmp_path / "gone.egg-info"
    folder.mkdir()
    (folder / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: gone\nVersion: 1\n")

    assert [problem.id for problem in leftovers(tmp_path)] == ["doctor.leftover"]


def test_an_egg_info_like_what_is_installed_is_none(tmp_path: Path) -> None:
    folder = tmp_path / "click.egg-info"
    folder.mkdir()
    (folder / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: click\nVersion: 1\n")

    assert list(leftovers(tmp_path)) == []


def test_a_folder_without_write_access_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)

    assert [problem.id for problem in writable(tmp_path)] == ["doctor.folder"]

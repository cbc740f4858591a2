"""plugins.lock: what is locked, what counts as drift, and a boot that looks at nothing else."""

import hashlib
import json
import os
import shutil
import sys
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

import pytest
from kernel_admin import locking, records

import kernel
from kernel import Kernel
from kernel.boot.config import locate
from kernel.errors import BootError

CODE = """
from dataclasses import dataclass
from kernel import Plugin, hookimpl

@dataclass(frozen=True)
class Config:
    size: int = 3

class Acme(Plugin):
    name = "acme"
    Config = Config
    @hookimpl
    def kernel_configure(self, kernel): ...
"""


def install(site: Path, version: str = "1.0", record: bool = True, code: str = CODE) -> Path:
    """Install a distribution with one plugin; return its metadata folder."""
    for old in site.glob("acme_dist-*"):
        shutil.rmtree(old)
    (site / "acme_code.py").write_text(code)
    folder = site / f"acme_dist-{version}.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: acme-dist\nVersion: {version}\n")
    (folder / "entry_points.txt").write_text("[kernel.plugins]\nacme = acme_code:Acme\n")
    if record:
        digest = urlsafe_b64encode(hashlib.sha256(code.encode()).digest()).rstrip(b"=").decode()
        lines = [f"acme_code.py,sha256={digest},{len(code)}", "acme_code.pyc,,", f"{folder.name}/RECORD,,"]
        (folder / "RECORD").write_text("\n".join([*lines, "../../bin/acme,sha256=x,1"]) + "\n")
    return folder


@pytest.fixture
def site(make_project: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a site folder with the plugin acme, which a project names."""
    folder = tmp_path / "site"
    folder.mkdir()
    install(folder)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv(locking.VARIABLE, "")
    monkeypatch.delenv(locking.VARIABLE)
    make_project("[plugins]\nactive = standard, acme\n[apps]\nactive = shop\n")
    return folder


@pytest.fixture
def invoke(invoke: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that runs `kernel WORDS` as a process of its own would."""

    def run(*words: str) -> Any:
        sys.modules.pop("acme_code", None)
        monkeypatch.setattr(kernel, "app", Kernel(lambda: locate()[0]))
        return invoke(*words)

    return run


@pytest.fixture
def locked(site: Path, invoke: Any) -> Path:
    """Return the site folder of a project that is locked."""
    result = invoke("plugins", "lock")
    assert result.exit_code == 0
    assert result.output.startswith("plugins.lock: ")
    return site


def drift(invoke: Any) -> str:
    """Return what `kernel plugins verify` finds, which is something."""
    result = invoke("plugins", "verify")
    assert result.exit_code == 1
    return str(result.output)


def test_the_lock_tells_what_each_plugin_is(locked: Path) -> None:
    rows = {row["name"]: row for row in json.loads(Path("plugins.lock").read_text())["plugins"]}

    acme = rows["acme"]
    assert (acme["target"], acme["distribution"], acme["version"]) == ("acme_code:Acme", "acme-dist", "1.0")
    assert acme["record"].startswith("sha256:")
    assert acme["config"].startswith("sha256:")
    assert acme["hooks"] == ["kernel_configure"]
    assert (rows["shop"]["target"], rows["shop"]["distribution"]) == ("shop:app", "")
    assert (rows["router"]["config"], "project" in rows) == ("", False)


def test_what_is_as_locked_is_verified(locked: Path, invoke: Any) -> None:
    assert invoke("plugins", "verify").output == "no problems\n"
    assert json.loads(invoke("plugins", "verify", "--json").stdout) == {"problems": []}


def test_the_same_project_is_locked_with_the_same_bytes(locked: Path, invoke: Any) -> None:
    before = Path("plugins.lock").read_bytes()
    invoke("plugins", "lock")

    assert Path("plugins.lock").read_bytes() == before


def test_another_version_is_drift(locked: Path, invoke: Any) -> None:
    install(locked, "2.0")

    assert "distribution 'acme-dist' is 2.0, locked is 1.0" in drift(invoke)


def test_a_distribution_that_is_gone_is_drift(locked: Path, invoke: Any) -> None:
    shutil.rmtree(next(locked.glob("acme_dist-*")))

    assert "distribution 'acme-dist' is not installed, locked is 1.0" in drift(invoke)


def test_another_record_is_drift(locked: Path, invoke: Any) -> None:
    install(locked, code=f"{CODE}\n# more\n")

    assert "distribution 'acme-dist' 1.0 has other files than when it was locked" in drift(invoke)


def test_a_file_that_was_changed_after_it_was_installed_is_found(locked: Path, invoke: Any) -> None:
    (locked / "acme_code.py").write_text(f"{CODE}\n# evil\n")

    assert "'acme_code.py' is not what was installed" in drift(invoke)
    (locked / "acme_code.py").unlink()
    assert "'acme_code.py' is not what was installed" in drift(invoke)


def test_what_an_installer_adds_is_no_drift(locked: Path, invoke: Any) -> None:
    record = next(locked.glob("acme_dist-*")) / "RECORD"
    text = record.read_text().replace("bin/acme,sha256=x", "bin/acme,sha256=y")
    record.write_text(f"{text}{record.parent.name}/INSTALLER,sha256=a,4\n")

    assert invoke("plugins", "verify").exit_code == 0


def test_other_hooks_keys_and_targets_are_drift(site: Path, invoke: Any) -> None:
    install(site, record=False)
    assert "'acme-dist' has no RECORD" in invoke("plugins", "lock").stderr
    other = CODE.replace("def kernel_configure(self, kernel)", "def kernel_layers(self)").replace("size", "sizes")
    install(site, record=False, code=other)

    found = drift(invoke)
    assert "plugin 'acme': hooks differ: -kernel_configure +kernel_layers" in found
    assert "plugin 'acme': config is another one: its keys, types or defaults changed" in found
    Path("shop.py").rename("store.py")
    Path("config.ini").write_text("[plugins]\nactive = standard, acme\n[apps]\nactive = shop\n")
    Path("shop").mkdir()
    Path("store.py").rename("shop/main.py")
    sys.modules.pop("shop", None)
    assert "app 'shop': target is 'shop.main:app', locked is 'shop:app'" in drift(invoke)
    del sys.modules["shop"]  # a namespace: without a file, by which the fixture would find and remove it


def test_what_is_named_and_not_locked_is_drift(locked: Path, invoke: Any) -> None:
    Path("config.ini").write_text("[plugins]\nactive = standard, acme, cors\n[apps]\nactive = shop, other:app\n")

    found = drift(invoke)
    assert "plugin 'cors' is named in [plugins] active and is not locked" in found
    assert "app 'other:app' is named in [apps] active and is not locked" in found


def test_what_is_locked_and_not_named_any_more_is_drift(locked: Path, invoke: Any) -> None:
    Path("config.ini").write_text("[apps]\nactive = shop\n")

    assert "plugin 'acme' is locked and is not there" in drift(invoke)


def test_what_became_active_meanwhile_is_drift(locked: Path, invoke: Any) -> None:
    lock = json.loads(Path("plugins.lock").read_text())
    lock["plugins"] = [row for row in lock["plugins"] if row["name"] != "debug"]
    Path("plugins.lock").write_text(json.dumps(lock))

    assert "plugin 'debug' is there and is not locked" in drift(invoke)


@pytest.mark.parametrize("text", [None, "{", "[]", '{"format": 2}'])
def test_a_lock_that_cannot_be_read_is_told(site: Path, invoke: Any, text: str | None) -> None:
    if text is not None:
        Path("plugins.lock").write_text(text)
    result = invoke("plugins", "verify")

    assert result.exit_code == 3
    assert "lock.unreadable" in result.stderr


def test_a_locked_boot_reads_no_metadata(locked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib_metadata.distributions", lambda *given, **named: 1 / 0)
    monkeypatch.setattr(kernel, "app", Kernel(lambda: locate()[0]))
    project = locking.booted()

    assert "acme" in [member.name for member in project.plan.active]
    assert os.environ[locking.VARIABLE] == "kernel_admin.locking:installed"


def test_a_locked_boot_refuses_drift(locked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(locked, "2.0")
    monkeypatch.setenv(locking.VARIABLE, locking.DISCOVERY)

    [problem] = Kernel(locate()[0]).problems
    assert problem.message == "distribution 'acme-dist' is 2.0, locked is 1.0"
    with pytest.raises(BootError, match="locked is 1"):
        locking.booted()


def test_a_locked_boot_refuses_other_hooks(locked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = json.loads(Path("plugins.lock").read_text())
    next(row for row in lock["plugins"] if row["name"] == "acme")["hooks"] = ["x"]
    Path("plugins.lock").write_text(json.dumps(lock))
    monkeypatch.setattr(kernel, "app", Kernel(lambda: locate()[0]))

    with pytest.raises(BootError, match="hooks differ: -x \\+kernel_configure"):
        locking.booted()


def test_requirements_are_as_pip_reads_them(locked: Path, invoke: Any, invoke_json: Any) -> None:
    lines = invoke("plugins", "requirements").output.splitlines()

    assert "acme-dist==1.0" in lines
    assert [row["distribution"] for row in json.loads(invoke("plugins", "requirements", "--json").stdout)] == [
        "acme-dist", "asgi-kernel"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("origin", "line"),
    [
        ({"url": "https://x.example/acme.whl", "archive_info": {}}, "acme-dist @ https://x.example/acme.whl"),
        ({"url": "file:///src/acme", "dir_info": {"editable": True}}, "-e /src/acme"),
    ],
)
def test_requirements_tell_where_a_distribution_came_from(site: Path, invoke: Any, origin: Any, line: str) -> None:
    (next(site.glob("acme_dist-*")) / "direct_url.json").write_text(json.dumps(origin))

    assert line in invoke("plugins", "requirements").output.splitlines()


def test_a_project_of_nothing_installed_requires_nothing(site: Path, invoke: Any) -> None:
    Path("config.ini").write_text("[plugins]\nactive =\n")

    assert invoke("plugins", "requirements").output == "# nothing that runs was installed\n"


def test_spellings_of_a_name_are_one(site: Path) -> None:
    assert [folder.name for folder in records.folders("Acme.Dist")] == ["acme_dist-1.0.dist-info"]


def test_run_locked_exits_3_and_says_what_drifted(locked: Path, invoke: Any) -> None:
    install(locked, "2.0")
    result = invoke("run", "--locked", "--bind", "127.0.0.1:0")

    assert result.exit_code == 3
    assert "distribution 'acme-dist' is 2.0, locked is 1.0" in result.stderr
    assert invoke("run", "--locked", "--reload").exit_code == 2

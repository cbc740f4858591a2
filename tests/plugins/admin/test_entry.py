"""`python -m kernel_admin`, as workers are started."""

import runpy
import sys
from pathlib import Path

import kernel_admin
import pytest


def test_the_package_is_the_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["kernel", "--version"])
    with pytest.raises(SystemExit) as end:
        runpy.run_path(str(Path(kernel_admin.__file__).with_name("__main__.py")), run_name="__main__")
    assert (end.value.code, "asgi-kernel" in capsys.readouterr().out) == (0, True)

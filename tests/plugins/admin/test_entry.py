"""`python -m kernel_admin`, as workers are started."""

import runpy
import sys

import pytest


def test_the_package_is_the_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["kernel", "--version"])
    with pytest.raises(SystemExit) as end:
        runpy.run_module("kernel_admin", run_name="__main__")
    assert (end.value.code, "asgi-kernel" in capsys.readouterr().out) == (0, True)

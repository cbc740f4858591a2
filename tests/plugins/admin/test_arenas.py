"""One arena for malloc, counted in a process of its own."""

import ctypes
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from kernel_admin import arenas
from kernel_admin.arenas import ARENAS, SAID, one_arena

SHOWING = """
import ctypes, sys, threading
from kernel_admin.arenas import one_arena
if "one" in sys.argv:
    assert one_arena()
together = threading.Barrier(9)
def work():
    kept = [bytes(5_000) for _ in range(50)]
    together.wait()
    together.wait()
threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads:
    thread.start()
together.wait()
ctypes.CDLL(None).malloc_stats()
together.wait()
"""
glibc = pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_stats"), reason="no glibc")


def arenas_of(*arguments: str) -> int:
    clean = {name: value for name, value in os.environ.items() if name not in SAID}
    path = {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", SHOWING, *arguments]
    done = subprocess.run(command, env={**clean, **path}, capture_output=True, text=True, check=True)
    return done.stderr.count("Arena ")


@glibc
def test_threads_share_one_arena() -> None:
    assert arenas_of("one") == ARENAS < arenas_of()


@glibc
def test_it_is_done_in_this_process_too(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SAID:
        monkeypatch.delenv(name, raising=False)
    assert one_arena()


@pytest.mark.parametrize(
    ("name", "value", "asked"),
    [
        ("MALLOC_ARENA_MAX", "4", True),
        ("GLIBC_TUNABLES", "glibc.malloc.arena_max=4", True),
        ("GLIBC_TUNABLES", "glibc.pthread.rseq=0", False),
    ],
)
def test_an_operator_has_the_last_word(name: str, value: str, asked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for other in SAID:
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv(name, value)
    monkeypatch.setattr(arenas.ctypes, "CDLL", lambda name: SimpleNamespace(mallopt=lambda *which: 1))
    assert one_arena() is not asked


def test_without_glibc_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SAID:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(arenas.ctypes, "CDLL", lambda name: object())
    assert not one_arena()

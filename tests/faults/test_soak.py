"""The soak, for as long as every change can wait for it; `python tests/soak.py` runs it for half an hour."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.e2e
SECONDS = os.environ.get("KERNEL_SOAK", "6")


def test_mixed_load_with_faults_leaves_everything_as_it_was() -> None:
    """F32: for KERNEL_SOAK seconds."""
    words = [sys.executable, str(Path(__file__).parents[1] / "soak.py"), "--seconds", SECONDS]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr

"""The plugin that was written for API 1.0, installed for one test."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def acme(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Make the distribution acme-first importable and found, and return its folder."""
    folder = Path(__file__).parent / "acme"
    monkeypatch.syspath_prepend(folder)
    yield folder
    sys.modules.pop("acme_first", None)

"""I. What is installed: none of the versions with holes that are known and mended."""

import re
from configparser import ConfigParser
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

CLEAN = {
    "jinja2": "3.1.6",
    "h11": "0.16",
    "h2": "4.4.1",
    "multipart": "2.0",
    "hypercorn": "0.18",
    "granian": "2.8",
    "uvicorn": "0.50",
    "sqlalchemy": "2.1",
}
SETUP = Path(__file__).parents[2] / "setup.cfg"


@pytest.mark.parametrize("name", CLEAN)
def test_what_is_installed_is_clean(name: str) -> None:
    """R137."""
    try:
        found = version(name)
    except PackageNotFoundError:
        pytest.skip(f"{name} is not installed")
    assert Version(found) >= Version(CLEAN[name])


def test_nothing_older_is_asked_for() -> None:
    """R137: what the package itself requires, and its extras for those who run it."""
    setup = ConfigParser()
    setup.read(SETUP, "utf-8")
    lines = "\n".join([setup["options"]["install_requires"], *setup["options.extras_require"].values()]).split("\n")
    asked = [Requirement(line) for line in lines if line.strip()]
    named = {re.sub("[-_.]+", "-", one.name).lower() for one in asked}
    assert {"jinja2", "multipart", "hypercorn", "granian", "uvicorn", "sqlalchemy"} <= named
    for one in asked:
        if (least := CLEAN.get(one.name.lower())) is not None:
            assert [Version(part.version) >= Version(least) for part in one.specifier if part.operator == ">="] == [
                True
            ]

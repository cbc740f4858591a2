"""What is told about a database before anything is started."""

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import kernel_orm
import pytest
from sqlalchemy.dialects import registry

from kernel import App, Kernel, Problem
from kernel.errors import BootError


def problems(app: Any = None, **section: Any) -> list[Problem]:
    return list(Kernel({"database": section}, apps=[app] if app else []).problems)


def deployed(**section: Any) -> list[str]:
    kernel = Kernel({"database": section}).boot()
    return [f"{one.level} {one.id}" for one in kernel.booted.check(deploy=True) if one.id.startswith("orm.")]


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("nonsense", r"\[database\] the url cannot be parsed"),
        ("oracel://db", r"SQLAlchemy knows no 'oracel'; did you mean 'oracle'\?"),
        ("oracle+strange://db", r"SQLAlchemy knows no 'oracle\+strange'\n"),
        ("sqlite+pysqlite://", r"'sqlite\+pysqlite' does not work on an event loop\n.*write sqlite://"),
        ("mysql://db", r"driver of 'mysql' does not work on an event loop\n.*write mysql\+asyncmy://"),
    ],
)
def test_an_url_that_cannot_be_used_is_told(url: str, message: str) -> None:
    with pytest.raises(BootError, match=message):
        Kernel({"database": {"url": url}}).boot()


@pytest.mark.parametrize(
    ("driver", "url", "package"),
    [
        ("asyncpg", "postgresql://db", "asgi-kernel[postgresql]"),
        ("asyncmy", "mysql+asyncmy://db", "asyncmy"),
        ("psycopg", "postgresql+psycopg://db", "psycopg"),
    ],
)
def test_a_missing_driver_is_told_with_what_to_install(
    driver: str, url: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, driver, None)
    [problem] = problems(url=url)
    assert (problem.id, problem.hint) == ("orm.driver", f"pip install '{package}'")


def test_a_dialect_that_cannot_be_imported_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.impls, "strange", lambda: import_module("orm_missing"))
    [problem] = problems(url="strange://db")
    assert (problem.id, problem.hint) == ("orm.driver", "pip install 'orm_missing'")


def test_models_that_cannot_be_imported_are_told_all_at_once(tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "orm_broken.py").write_text("x = 1\nraise RuntimeError('a bug')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = problems(App(name="shop", models=["orm_broken", "orm_missing"]))
    assert [problem.id for problem in found] == ["orm.models", "orm.models"]
    assert "app 'shop': the models 'orm_broken' cannot be imported: RuntimeError: a bug" in found[0].message
    assert found[0].where == f"{tmp_path}/orm_broken.py:2"
    assert "No module named 'orm_missing'" in found[1].message


def test_models_are_imported_on_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "orm_models", ModuleType("orm_models"))
    good, bad = (Kernel({}, apps=[App(name="shop", models=name)]) for name in ("orm_models", "orm_missing"))
    kernel_orm.import_models(good.boot())
    with pytest.raises(BootError, match="orm_missing"):
        kernel_orm.import_models(bad.boot())


def test_what_is_unfit_for_production_is_told() -> None:
    assert deployed(url="sqlite://") == ["error orm.memory"]
    assert deployed(url="postgresql://db", echo="true") == ["error orm.echo", "warning orm.tls"]
    assert deployed() == ["warning orm.sqlite"]
    assert deployed(url="postgresql://", statement_timeout="0") == ["warning orm.statement_timeout"]


@pytest.mark.parametrize(
    "url", ["postgresql://localhost/x", "postgresql:///x", "postgresql://db/x?sslmode=verify-full"]
)
def test_what_is_fit_for_production_is_not_told(url: str) -> None:
    assert deployed(url=url) == []

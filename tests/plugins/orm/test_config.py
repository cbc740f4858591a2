"""What [database] and [database.NAME] may say."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st
from kernel_orm.config import DatabaseConfig
from kernel_orm.database import Database
from kernel_orm.url import in_memory, shown, url_of
from kernel_settings import Secret, shown as shown_config
from sqlalchemy import make_url

from kernel import App, Kernel
from kernel.errors import ConfigError

ROOT = Path("/project")


def url(**keys: Any) -> str:
    return url_of(DatabaseConfig(**keys), ROOT, "shop").render_as_string(hide_password=False)


def project(folder: Path, text: str) -> Kernel:
    (folder / "config.ini").write_text(text)
    return Kernel(folder)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({}, "sqlite+aiosqlite:////project/shop.sqlite"),
        ({"name": "other"}, "sqlite+aiosqlite:////project/other.sqlite"),
        ({"url": "sqlite:///data.db"}, "sqlite+aiosqlite:////project/data.db"),
        ({"url": "sqlite:////var/data.db"}, "sqlite+aiosqlite:////var/data.db"),
        ({"url": "sqlite://"}, "sqlite+aiosqlite://"),
        ({"url": "sqlite:///:memory:"}, "sqlite+aiosqlite:///%3Amemory%3A"),
        ({"url": "sqlite:///file:a?uri=true"}, "sqlite+aiosqlite:///file%3Aa?uri=true"),
        ({"url": "postgresql://me:pw@db/shop"}, "postgresql+asyncpg://me:pw@db/shop"),
        ({"url": "postgres://db/shop?sslmode=require"}, "postgresql+asyncpg://db/shop?ssl=require"),
        ({"url": "postgresql+psycopg://db/shop?sslmode=require"}, "postgresql+psycopg://db/shop?sslmode=require"),
        ({"url": "mysql+asyncmy://db/shop"}, "mysql+asyncmy://db/shop"),
        ({"host": "db", "name": "shop"}, "postgresql+asyncpg://db/shop"),
        ({"username": "me"}, "postgresql+asyncpg://me@localhost"),
        ({"host": "db", "port": 5433, "username": "me"}, "postgresql+asyncpg://me@db:5433"),
    ],
)
def test_every_way_to_name_a_database_is_one_url(keys: dict[str, Any], expected: str) -> None:
    assert url(**keys) == expected


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_password_is_taken_as_it_is(password: str) -> None:
    text = url(host="db", name="shop", username="me", password=Secret(password))
    parsed = make_url(text)
    assert (parsed.password, parsed.host, parsed.database) == (password, "db", "shop")


@pytest.mark.parametrize("wrong", ["nonsense", "postgresql://me:s3cret@db:port/shop", "://s3cret"])
def test_what_is_no_url_is_refused_without_being_repeated(wrong: str) -> None:
    with pytest.raises(ValueError, match="looks like postgresql://") as caught:
        url(url=wrong)
    assert "s3cret" not in str(caught.value)


def test_an_url_is_shown_without_its_secrets() -> None:
    assert shown(make_url("postgresql://me:s3cret@db/shop?password=s3cret")) == "postgresql://me:***@db/shop"
    config = DatabaseConfig(url="postgresql://me:s3cret@db/shop")
    other = DatabaseConfig(host="db", password=Secret("s3cret"))
    database = Database("default", config, ROOT, "shop")
    assert "s3cret" not in f"{config!r} {other!r} {database} {database.url!r}"


def test_a_database_in_memory_is_one_without_a_file() -> None:
    urls = ["sqlite://", "sqlite:///:memory:", "sqlite:///a.db", "postgresql://db"]
    assert [in_memory(make_url(text)) for text in urls] == [True, True, False, False]


def test_the_defaults_are_safe() -> None:
    config = DatabaseConfig()
    pool = (config.pool_size, config.max_overflow, config.pool_timeout, config.pre_ping, config.recycle)
    assert pool == (5, 5, 3, True, 1800)
    assert (config.connect_timeout, config.statement_timeout, config.isolation_level) == (5, 30, "")
    assert (config.required, config.echo) == (True, False)


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ("pool_sise = 3", r"\[database\] has no key 'pool_sise'; did you mean 'pool_size'\?\n    at .*config.ini:2"),
        ("pool_size = 0", "pool_size: expected at least 1"),
        ("max_overflow = -1", "max_overflow: expected at least 0"),
        ("isolation_level = strict", "isolation_level is none of READ UNCOMMITTED"),
        ("url = sqlite://\nhost = db", "url and host exclude one another"),
        ("pool_timeout = soon", "expected a duration"),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(section: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=message):
        project(tmp_path, f"[database]\n{section}\n").boot()


def test_every_named_section_is_validated_too(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"\[database.reporting\] has no key 'pool'.*\n    at .*config.ini:2"):
        project(tmp_path, "[database.reporting]\npool = 3\n").boot()


def test_a_blank_port_is_no_port(tmp_path: Path) -> None:
    kernel = project(tmp_path, "[database]\nhost = db\nport =\nname = shop\n").boot()
    assert str(kernel.service("databases")["default"].url) == "postgresql+asyncpg://db/shop"


def test_files_of_sqlite_stand_beside_the_configuration(tmp_path: Path) -> None:
    databases = project(tmp_path, "[database]\n[database.reporting]\n").boot().service("databases")
    files = {name: database.url.database for name, database in databases.items()}
    assert files == {
        "default": str(tmp_path / f"{tmp_path.name}.sqlite"),
        "reporting": str(tmp_path / "reporting.sqlite"),
    }


def test_the_sections_have_a_schema_and_hide_their_passwords(tmp_path: Path) -> None:
    kernel = project(tmp_path, "[database.reporting]\nhost = db\npassword = s3cret\n").boot()
    assert kernel.service("schemas")["database.reporting"] is DatabaseConfig
    assert kernel.problems == []
    assert "s3cret" not in str(shown_config(kernel.config))


def test_models_without_a_database_are_told(tmp_path: Path) -> None:
    kernel = Kernel({}, apps=[App(name="shop", models=["shop.models", "shop.more"])]).boot()
    assert [(one.id, one.level) for one in kernel.problems] == [("orm.dormant", "warning")]
    assert "app 'shop' brings models, and there is no database" in str(kernel.problems[0])

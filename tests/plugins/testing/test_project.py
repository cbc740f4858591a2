"""The fixture `client` serves the project whose config.ini stands in pytest's rootdir."""

import os
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]
ROOT = Path(__file__).parents[3]
TEST = """
import kernel, pytest

@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_it(client):
    kernel.app.context["seen"] = kernel.app.context.get("seen", 0) + 1
    assert (await client.get("/hello")).text == "hello"
    assert kernel.app.context == {"seen": 1}
"""
APP = """
from kernel import App
from kernel_router import Route

async def hello(request):
    return "hello"

app = App(name="shop", routes=[Route("/hello", "GET", hello)])
"""


@pytest.fixture(autouse=True)
def _of_this_checkout(monkeypatch):
    """Let the child process use the files here, not those of an installed wheel."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(ROOT / "plugins")]))


def run(pytester):
    pytester.makeini("[pytest]\naddopts = --import-mode=importlib")
    pytester.makepyfile(test_shop=TEST, testkit_shop=APP)
    return pytester.runpytest_subprocess()


def test_each_test_gets_a_started_project_of_its_own(pytester):
    pytester.makefile(".ini", config="[apps]\nactive = testkit_shop")
    run(pytester).assert_outcomes(passed=2)


def test_the_environment_chooses_the_configuration(pytester, monkeypatch):
    (pytester.path / "config.test.ini").write_text("[apps]\nactive = testkit_shop")
    monkeypatch.setenv("KERNEL_ENV", "test")
    run(pytester).assert_outcomes(passed=2)


def test_a_project_without_configuration_fails_with_the_reason(pytester):
    result = run(pytester)
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["*config.unreadable*No such file*config.ini*"])


STORED = """
import pytest
from sqlalchemy import text

@pytest.fixture
def anyio_backend():
    return "asyncio"

@pytest.mark.anyio
@pytest.mark.parametrize("turn", [1, 2])
async def test_it(turn, client, database, db_session):
    db_session.add(__import__("testkit_store").Crate())
    await db_session.commit()
    assert (await client.get("/count")).json() == 1
    async with database.sessions() as other:
        assert (await other.execute(text("select count(*) from testkit_crates"))).scalar() == 1
"""
STORE = """
from kernel import App
from kernel_orm import Base
from kernel_router import Route
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

class Crate(Base):
    __tablename__ = "testkit_crates"
    id: Mapped[int] = mapped_column(primary_key=True)

async def count(request, session: AsyncSession):
    return (await session.execute(text("select count(*) from testkit_crates"))).scalar()

app = App(name="store", routes=[Route("/count", "GET", count)])
"""


def test_the_client_sees_what_a_session_of_the_test_commits_and_each_test_begins_empty(pytester):
    pytester.makefile(".ini", config="[apps]\nactive = testkit_store\n[database]")
    pytester.makeini("[pytest]\naddopts = --import-mode=importlib")
    pytester.makepyfile(test_store=STORED, testkit_store=STORE)
    pytester.runpytest_subprocess().assert_outcomes(passed=2)

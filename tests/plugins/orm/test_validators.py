"""`Unique` and `Exists` within the session of a request, and the error of the table in their words."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from kernel_data import Data, Field, String, filters as f, validators as v
from kernel_orm import Base, fold
from kernel_orm.validators import Exists, Unique, conflicts, is_taken
from kernel_router import Routes
from kernel_testing import Client, Response
from sqlalchemy import ForeignKey, String as Text, UniqueConstraint, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

pytestmark = pytest.mark.anyio
Ask = Callable[..., AbstractAsyncContextManager[Callable[..., Any]]]
TAKEN = ["Non unique value error"]


class Member(Base):
    """A table with values that have to be unique."""

    __tablename__ = "orm_members"
    __table_args__ = (UniqueConstraint("city", "street"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text(40), unique=True)
    key: Mapped[str | None] = mapped_column(unique=True)
    nick: Mapped[str] = mapped_column(default="none")
    city: Mapped[str | None]
    street: Mapped[str | None]
    friend: Mapped[int | None] = mapped_column(ForeignKey("orm_members.id"))


ROWS = [
    {"id": 1, "name": "Jane", "key": fold("Jane"), "city": "Bonn", "street": "Hof"},
    {"id": 2, "name": "Kim", "key": fold("Kim"), "city": None, "street": None},
]


async def cleaned(request: Any) -> Any:
    return await request.get_cleaned_data()


def asking(kernel_of: Any, **keys: Any) -> Ask:
    @asynccontextmanager
    async def ask(validator: Any, handler: Any = cleaned, **fields: Any) -> AsyncIterator[Callable[..., Any]]:
        handed = type("Given", (Data,), {"name": Field(processors=[validator] if validator else []), **fields})
        routes = Routes()
        routes.post("/", data_handler=handed)(handler)
        async with Client(kernel_of([routes], **keys), timeout=60) as client:
            async with client.app.context["db_engine"].begin() as connection:
                await connection.run_sync(Member.__table__.drop, checkfirst=True)
                await connection.run_sync(Member.__table__.create)
                await connection.execute(insert(Member), ROWS)

            async def post(**data: Any) -> Any:
                return told(await client.post("/", json=data))

            yield post

    return ask


def told(response: Response) -> Any:
    """Return None for what was accepted, else the errors by field."""
    if response.status < 400:
        return None
    assert (response.status, response.json()["code"]) == (400, 1002), response.text
    return response.json()["data"]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.e2e)])
def ask(request: pytest.FixtureRequest, kernel_of: Any) -> Ask:
    """Return `ask(validator, ...)`: a function that posts data to a handler whose field "name" has the validator."""
    if request.param == "sqlite":
        return asking(kernel_of)
    return asking(kernel_of, url=request.getfixturevalue("postgres").url)


async def test_a_value_of_another_row_is_not_unique(ask: Ask) -> None:
    async with ask(v.Unique(Member)) as post:
        assert await post(name="Jane") == {"name": TAKEN}
        assert await post(name="jane") is None
        assert await post(name=None) is None
        assert await post(name="") is None


async def test_the_column_and_the_message_may_be_named(ask: Ask) -> None:
    async with ask(Unique(Member, "nick", message="taken")) as post:
        assert await post(name="none") == {"name": ["taken"]}
        assert await post(name="Jane") is None


OWN = {"id": String("id", processors=[v.Integer(), f.ToIntegerObject()])}


@pytest.mark.parametrize(
    "unique",
    [Unique(Member, None, OWN["id"]), Unique(Member, None, "id"), Unique(Member, None, "id", exclude_column="id")],
)
async def test_the_row_that_is_changed_may_keep_its_value(unique: Unique, ask: Ask) -> None:
    async with ask(unique, id=OWN["id"]) as post:
        assert await post(name="Jane", id=1) is None
        assert await post(name="Jane", id="1") is None
        assert await post(name="Jane", id=2) == {"name": TAKEN}
        assert await post(name="Jane") == {"name": TAKEN}
        assert await post(name="Jane", id=None) == {"name": TAKEN}
        assert await post(name="Jane", id="x") == {"id": ["Must be integer"], "name": TAKEN}


async def test_a_field_without_a_name_cannot_tell_which_row_it_is() -> None:
    with pytest.raises(ValueError, match="exclude_self_by_field has no name"):
        Unique(Member, None, String())


async def test_the_default_of_a_column_may_stand_in_many_rows(ask: Ask) -> None:
    async with ask(Unique(Member, "nick", exclude_default_value=True)) as post:
        assert await post(name="none") is None


async def test_a_value_that_no_row_has_does_not_exist(ask: Ask) -> None:
    async with ask(v.Exists(Member, "id")) as post:
        assert await post(name=1) is None
        assert await post(name="2") is None
        assert await post(name=None) is None
        assert await post(name=3) == {"name": ["Does not exists"]}


@pytest.mark.parametrize("value", [2**70, "x", [1], {"a": 1}, True, 1.5])
async def test_what_no_row_can_hold_is_an_error_of_the_field(value: Any, ask: Ask) -> None:
    async with ask(Exists(Member, "id")) as post:
        assert await post(name=value) == {"name": ["Does not exists"]}


@pytest.mark.parametrize("value", ["a\0b", "\ud800"])
async def test_a_text_that_no_database_takes_is_in_no_row(value: str, ask: Ask) -> None:
    raw = String(processors=[lambda _: value, Exists(Member)])  # JSON itself refuses half of a pair
    async with ask(None, name=raw) as post:
        assert await post(name="Jane") == {"name": ["Does not exists"]}


async def test_names_that_differ_in_case_only_are_equal_if_the_column_holds_their_key(ask: Ask) -> None:
    """R42."""
    async with ask(Unique(Member, "key", folded=True)) as post:
        for name in ("jane", "JANE", "\uff2aane"):
            assert await post(name=name) == {"name": TAKEN}
        assert await post(name="janet") is None


async def test_a_text_is_measured_before_it_is_folded(ask: Ask) -> None:
    """R42."""
    async with ask(Exists(Member, "key", folded=True)) as post:
        assert await post(name="\ufb03" * 100_000) == {"name": ["Length error max: 1000"]}


async def test_a_model_or_a_column_that_does_not_exist_is_told_where_it_is_written() -> None:
    with pytest.raises(LookupError, match="model 'Member' has no column 'nam'; did you mean 'name'"):
        Unique(Member, "nam")
    with pytest.raises(LookupError, match="no column 'idd'"):
        Unique(Member, "name", "idd")
    for model in (None, Member(), int):
        with pytest.raises(TypeError, match=r"is no model; write a class that derives from kernel_orm\.Base"):
            Exists(model, "id")


async def test_without_a_database_the_answer_says_so(caplog: Any) -> None:
    from kernel_testing import make_kernel

    from kernel import App

    routes = Routes()
    routes.post("/", data_handler=type("Given", (Data,), {"name": String(processors=[Unique(Member)])}))(cleaned)
    async with Client(make_kernel(apps=[App(name="shop", routes=[routes])])) as client:
        assert (await client.post("/", json={"name": "Jane"})).status == 500
    assert "model 'Member': there is no database; write a section [database]" in caplog.text


async def add(request: Any, session: AsyncSession) -> Any:
    data = await request.json()
    async with conflicts(session, name=Member.name, address=Member.street):
        session.add(Member(**data))
    return None


async def test_a_value_that_is_taken_meanwhile_is_the_same_error(ask: Ask) -> None:
    async with ask(None, add) as post:
        assert await post(id=3, name="Lee") is None
        assert await post(id=4, name="Lee") == {"name": TAKEN}
        assert await post(id=5, name="Max", city="Bonn", street="Hof") == {"address": TAKEN}


async def test_another_constraint_stays_an_error_of_ours(ask: Ask) -> None:
    async def wrong(request: Any, session: AsyncSession) -> Any:
        with pytest.raises(IntegrityError):
            await add(request, session)

    async with ask(None, wrong) as post:
        assert await post(id=3, name="Lee", friend=99) is None
        assert await post(id=1, name="Lee") is None
        assert await post(id=3, name="Lee", key="jane") is None


class Refused(Exception):
    """What PostgreSQL's driver raises."""

    def __init__(self, sqlstate: str, constraint: str) -> None:
        self.sqlstate, self.constraint_name = sqlstate, constraint


@pytest.mark.parametrize(
    ("sqlstate", "constraint", "taken"),
    [
        ("23505", "uq_orm_members_name", (True, False)),
        ("23505", "uq_orm_members_city_street", (False, True)),
        ("23505", "pk_orm_members", (False, False)),
        ("23503", "uq_orm_members_name", (False, False)),
    ],
)
async def test_postgresql_names_the_constraint(sqlstate: str, constraint: str, taken: tuple[bool, bool]) -> None:
    error = IntegrityError("INSERT", {}, Refused(sqlstate, constraint))
    assert (is_taken(error, Member.name), is_taken(error, Member.street)) == taken


async def test_findings_name_the_column_that_lacks() -> None:
    assert list(Unique(Member).findings("name")) == []
    assert list(Exists(Member, "id").findings("whatever")) == []
    [found] = Unique(Member).findings("nam")
    assert found == "Unique: model 'Member' has no column 'nam'; did you mean 'name'?"

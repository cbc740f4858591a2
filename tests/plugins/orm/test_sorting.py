"""Sorting by columns that a client names."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings, strategies as st
from kernel_data import TYPE_PARAM, Data, String, validators as v
from kernel_errors import Error
from kernel_orm import Base
from kernel_orm.sorting import Sorting
from kernel_router import Routes
from kernel_testing import Client
from sqlalchemy import ForeignKey, create_engine, delete, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column, relationship

pytestmark = pytest.mark.anyio


class Tea(Base):
    """A table whose columns are called as nobody should call them."""

    __tablename__ = "orm_teas"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column('na"me; --', key="name")
    grams: Mapped[int] = mapped_column("order", key="grams")
    secret: Mapped[str] = mapped_column(default="s3cr3t")
    blend: Mapped[int | None] = mapped_column(ForeignKey("orm_teas.id"))
    parent: Mapped["Tea"] = relationship()


NAMES = {"name": Tea.name, "grams": Tea.grams, "tea.id": Tea.id}
SORTING = Sorting(NAMES, default="-grams")
ROWS = [
    {"id": 1, "name": "Mint", "grams": 2},
    {"id": 2, "name": "Assam", "grams": 9},
    {"id": 3, "name": "Oolong", "grams": 2},
]
WRONG = [
    "1; drop", "id--", "1", "1;drop table orm_teas--", "orm_teas.id", "Tea.id", "tea.name", "teas.id", "id", "secret",
    "parent", "__class__", "NAME", "name ", " name", "name,", ",name", ",", "-", "--name", "+name", "name,-name",
    "name,name", "name desc", "name;grams", "name\0", "na\"me; --", '"order"', "order", "random()", "(select 1)",
    "name," * 5000, "\ud800", "\uff4e\uff41\uff4d\uff45",
]  # fmt: skip


async def ask(client: Client, path: str, query: dict[str, str]) -> Any:
    return await client.get(f"{path}?{urlencode(query)}")


def refused(response: Any) -> Any:
    assert (response.status, response.json()["code"]) == (400, 1002), response.text
    return response.json()["data"]


@pytest.fixture
async def teas(kernel_of: Callable[..., Any], database: dict[str, str]) -> AsyncIterator[Client]:
    routes = Routes()

    class Wanted(Data):
        by = String(field_type=TYPE_PARAM, processors=[v.Sorting(NAMES, message="no such order")])

    @routes.get("/teas")
    async def sorted_teas(session: AsyncSession, sort: str = "", name: str | None = None) -> list[int]:
        rows = select(Tea.id).order_by(*SORTING.order(sort), Tea.id)
        return list(await session.scalars(rows if name is None else rows.where(Tea.name == name)))

    @routes.get("/judged", data_handler=Wanted)
    async def judged(request: Any) -> Any:
        return await request.get_cleaned_data()

    async with Client(kernel_of([routes], **database), timeout=60) as client:
        async with client.app.context["db_engine"].begin() as connection:
            await connection.run_sync(Tea.__table__.drop, checkfirst=True)
            await connection.run_sync(Tea.__table__.create)
            await connection.execute(insert(Tea), ROWS)
        yield client


async def test_rows_come_in_the_order_that_is_asked_for(teas: Client) -> None:
    async def order(sort: str | None) -> Any:
        return (await ask(teas, "/teas", {} if sort is None else {"sort": sort})).json()

    assert await order("name") == [2, 1, 3]
    assert await order("-name") == [3, 1, 2]
    assert await order("grams,-name") == [3, 1, 2]
    assert await order("grams,-tea.id") == [3, 1, 2]
    assert await order("-grams,name,-tea.id") == [2, 1, 3]
    assert await order(None) == await order("") == await order("-grams") == [2, 1, 3]


async def test_what_is_no_listed_column_is_400_and_reaches_no_statement(teas: Client) -> None:
    """R114: by `1; drop`, `id--`, a dotted alias, columns that are there but not listed, and as a value of a filter."""
    for sort in WRONG[:-3]:
        data = refused(await ask(teas, "/teas", {"sort": sort}))
        assert data == {
            "sort": ["Expected one or more of name, grams, tea.id, each once, with - before it to descend"]
        }, sort
    for name in ["Mint' or 1=1 --", "'; drop table orm_teas; --"]:
        assert (await ask(teas, "/teas", {"name": name})).json() == []
    assert (await ask(teas, "/teas", {"name": "Mint", "secret": "s3cr3t", "1; drop": "x"})).json() == [1]
    assert (await ask(teas, "/teas", {"sort": "tea.id"})).json() == [1, 2, 3]


async def test_a_field_of_a_data_handler_is_judged_the_same_way(teas: Client) -> None:
    assert (await ask(teas, "/judged", {"by": "grams,-name"})).json() == {"by": "grams,-name"}
    assert (await ask(teas, "/judged", {"by": ""})).json() == {"by": None}
    assert refused(await ask(teas, "/judged", {"by": "secret"})) == {"by": ["no such order"]}


@pytest.mark.parametrize("sort", WRONG)
def test_no_order_is_made_of_what_is_not_listed(sort: str) -> None:
    with pytest.raises(Error) as caught:
        SORTING.order(sort, "by")
    assert (caught.value.status, list(caught.value.data)) == (400, ["by"])
    assert SORTING.check(sort, {}) == SORTING.message


@pytest.mark.parametrize("value", [0, 1, ["name"], {"name": 1}, b"name", True])
def test_what_is_no_text_is_no_order(value: Any) -> None:
    assert SORTING.check(value, {}) == SORTING.message


@pytest.mark.parametrize("value", [None, "", "name", "-name,grams"])
def test_blank_and_listed_are_accepted(value: Any) -> None:
    assert SORTING.check(value, {}) is None


def test_without_a_default_there_may_be_no_order() -> None:
    assert Sorting({"name": Tea.name}).order("") == Sorting({"name": Tea.name}).order(None) == []


def test_an_expression_is_a_column_too() -> None:
    (clause,) = Sorting({"name": func.lower(Tea.name)}).order("-name")
    assert str(clause) == 'lower(orm_teas."na""me; --") DESC'


@pytest.mark.parametrize("column", ["name", text("name"), None, Tea, Tea.parent, 1])
def test_what_is_no_column_is_told_when_it_is_written(column: Any) -> None:
    with pytest.raises(TypeError, match=r"'name' is .* and no column; write Model\.attribute"):
        Sorting({"name": column})


@pytest.mark.parametrize(
    "column", [Tea.name.desc(), Tea.name.asc(), Tea.name.nulls_last(), Tea.name.desc().nulls_first()]
)
def test_a_column_with_a_direction_is_told_when_it_is_written(column: Any) -> None:
    with pytest.raises(TypeError, match=r"'name' has a direction already; write Model\.attribute"):
        Sorting({"name": column})


def test_an_expression_of_one_operand_has_no_direction() -> None:
    (clause,) = Sorting({"grams": -Tea.grams}).order("grams")
    assert str(clause) == '-orm_teas."order" ASC'


@pytest.mark.parametrize("name", ["", "-name", "a,b", ","])
def test_a_name_that_nobody_could_ask_for_is_told_when_it_is_written(name: str) -> None:
    with pytest.raises(ValueError, match="nobody can ask for a column called"):
        Sorting({name: Tea.name})


@pytest.mark.parametrize("default", ["secret", "name,name", "name,"])
def test_a_default_that_is_not_listed_is_told_when_it_is_written(default: str) -> None:
    with pytest.raises(ValueError, match=f"the default '{default}' is no order of name"):
        Sorting({"name": Tea.name}, default)


COLUMNS = ["name", "grams", "tea.id"]
LISTED = st.permutations(COLUMNS).flatmap(
    lambda names: st.lists(st.sampled_from(["", "-"]), min_size=1, max_size=3).map(
        lambda signs: [sign + name for sign, name in zip(signs, names, strict=False)]
    )
)


@pytest.fixture(scope="module")
def memory() -> Iterator[Any]:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        Tea.__table__.create(connection)
        yield connection
    engine.dispose()


@given(LISTED, st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 3)), max_size=8))
@settings(max_examples=50, deadline=None)
def test_every_order_of_the_list_sorts_as_it_says(memory: Any, terms: list[str], teas: list[tuple[str, int]]) -> None:
    rows = [{"id": number, "name": name, "grams": grams} for number, (name, grams) in enumerate(teas)]
    expected = rows
    for term in reversed(terms):
        key = term.removeprefix("-").removeprefix("tea.")
        expected = sorted(expected, key=lambda row: row[key], reverse=term[0] == "-")  # called at once
    memory.execute(delete(Tea))
    if rows:
        memory.execute(insert(Tea), rows)
    found = memory.scalars(select(Tea.id).order_by(*SORTING.order(",".join(terms)), Tea.id))
    assert [*found] == [row["id"] for row in expected]


@given(st.text() | st.text(alphabet="-,.name gras;tid") | st.lists(st.sampled_from(COLUMNS)).map(",".join))
def test_any_text_gives_listed_clauses_or_400(sort: str) -> None:
    try:
        clauses = SORTING.order(sort)
    except Error:
        return
    terms = (sort or "-grams").split(",")
    assert {term.removeprefix("-") for term in terms} <= set(COLUMNS)
    allowed = {'orm_teas."na""me; --"', 'orm_teas."order"', "orm_teas.id"}
    assert len(clauses) == len(terms)
    assert {str(clause).rsplit(" ", 1)[0] for clause in clauses} <= allowed

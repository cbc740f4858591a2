"""The guestbook in a kernel of its own, through the in-process client."""

from collections.abc import AsyncIterator

import pytest
from kernel_guestbook.main import app
from kernel_guestbook.plugin import Greetings
from kernel_testing import Client, make_kernel

from kernel import App

pytestmark = pytest.mark.anyio
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def guests(anyio_backend: str) -> AsyncIterator[Client]:
    async with Client(make_kernel(plugins=[Greetings], apps=[app])) as client:
        yield client


async def test_an_entry_appears_on_the_page(guests: Client) -> None:
    answer = await guests.post("/", FORM, "name=Ada&text=A+fine+place")
    assert (answer.status, answer.header("location")) == (303, "/")
    page = (await guests.get("/")).text
    assert "A fine place" in page
    assert "Welcome, Ada!" in page


async def test_what_guests_write_is_text_and_never_markup(guests: Client) -> None:
    await guests.post("/", FORM, "name=%3Cscript%3E&text=%22%26")
    page = (await guests.get("/")).text
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


async def test_an_entry_without_a_name_is_refused(guests: Client) -> None:
    answer = await guests.post("/", FORM, "text=nobody")
    assert answer.status == 400
    assert (await guests.get("/entries")).json() == []


async def test_two_kernels_share_no_entries(guests: Client) -> None:
    await guests.post("/", FORM, "name=Ada&text=here")
    async with Client(make_kernel(plugins=[Greetings], apps=[app])) as others:
        assert (await others.get("/entries")).json() == []


async def test_every_app_of_a_project_adds_greetings_and_so_does_its_config() -> None:
    other = App(name="other", greetings="Ahoy {name}!")
    config = {"greetings": {"extra": "Hi {name}, Bye {name}", "shout": "yes"}}
    kernel = make_kernel(plugins=[Greetings], apps=[app, other], config=config).boot()
    greeter = kernel.service("greetings")
    assert greeter.greetings[2:] == ("Ahoy {name}!", "Hi {name}", "Bye {name}")
    assert greeter.greet("Ada") == "WELCOME, ADA!"


async def test_a_project_without_any_greeting_says_hello() -> None:
    kernel = make_kernel(plugins=[Greetings]).boot()
    assert kernel.service("greetings").greet("Ada") == "Hello Ada"


async def test_a_greeting_without_a_name_is_a_warning() -> None:
    kernel = make_kernel(plugins=[Greetings], apps=[App(name="rude", greetings="You there!")]).boot()
    assert [problem.id for problem in kernel.problems if problem.id.startswith("greetings")] == ["greetings.name"]


async def test_anybody_can_be_greeted(guests: Client) -> None:
    assert (await guests.get("/greet/Ada")).json() == {"greeting": "Welcome, Ada!"}
    assert (await guests.get("/greet/Bob")).json() == {"greeting": "Good to see you, Bob!"}

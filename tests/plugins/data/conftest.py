"""What the tests of data handlers share: a request made by hand, a file of a form, and a kernel."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from kernel_data import Data
from kernel_requests import Headers, Values
from kernel_router import Routes

from kernel import App, Kernel
from kernel.errors import HTTPException

JSON = (("content-type", "application/json"),)


class Incoming:
    """A request with the given parts; what is not given must not be read."""

    def __init__(
        self,
        json: Any = None,
        form: Any = None,
        body: bytes = b"",
        query: Any = (),
        headers: Any = JSON,
        path: Mapping[str, str] | None = None,
    ) -> None:
        self._json, self._form, self._body = json, form, body
        self.query_params, self.headers, self.url_vars = Values(query), Headers(headers), path or {}
        self.app = "the app"
        self.read: list[str] = []

    async def json(self) -> Any:
        self.read.append("json")
        if self._json is None:
            raise HTTPException(415)
        return self._json

    async def form(self) -> Any:
        self.read.append("form")
        return Values(self._form)

    async def body(self) -> bytes:
        self.read.append("body")
        return self._body


class Upload:
    """A file of a form."""

    def __init__(self, data: bytes, filename: str = "a.png", content_type: str = "image/png") -> None:
        self.filename, self.content_type, self.size = filename, content_type, len(data)
        self._data, self._at = data, 0

    async def read(self) -> bytes:
        data, self._at = self._data[self._at :], self.size
        return data

    async def seek(self, offset: int = 0) -> None:
        self._at = offset


@pytest.fixture(scope="session")
def incoming() -> type[Incoming]:
    return Incoming


@pytest.fixture
def upload() -> type[Upload]:
    return Upload


@pytest.fixture
def clean() -> Callable[..., Any]:
    """Return `await clean(DataClass, json)` -> (cleaned, errors)."""

    async def run(data_class: type[Data], json: Any) -> Any:
        return await data_class().get_cleaned_data(Incoming(json))  # type: ignore[arg-type]  # as much as is needed

    return run


@pytest.fixture
def cleaned(clean: Any) -> Callable[..., Any]:
    """Return `await cleaned(field, value)`: the value, or the errors, of one field `x`."""

    async def run(field: Any, value: Any) -> Any:
        data, errors = await clean(type("One", (Data,), {"x": field}), {"x": value})
        return errors["x"] if errors else data["x"]

    return run


async def answer(request: Any) -> Any:
    return await request.get_cleaned_data()


@pytest.fixture
def serve() -> Callable[..., Kernel]:
    """Return a kernel of all standard plugins whose route POST *path* answers with its cleaned data."""

    def make(data_handler: Any, path: str = "/", config: Any = None, handler: Any = answer) -> Kernel:
        routes = Routes()
        routes.post(path, data_handler=data_handler)(handler)
        return Kernel(config or {}, apps=[App(name="shop", routes=routes)])

    return make

"""A kernel that is up takes another configuration: the new plan is started, swapped in, and the old one drains."""

from contextlib import asynccontextmanager

import anyio
import pytest
from kernel_router import Routes
from kernel_testing import Client

from kernel import App, Hooks, Kernel, Plugin, hookimpl

pytestmark = pytest.mark.anyio


class Project:
    """A project whose plugins, config and handlers note what happens; `gate` holds what waits for it."""

    def __init__(self):
        self.log, self.gate, self.inside, self.fail = [], anyio.Event(), anyio.Event(), False
        self.routes, self.hooks = Routes(), Hooks()
        self.routes.get("/name")(self.name)
        self.routes.get("/slow")(self.slow)
        self.kernel = Kernel(
            self.config("one"), apps=[App(name="shop", routes=self.routes, hooks=self.hooks)], plugins=[self.living()]
        )

    def config(self, name, **more):
        return {"me": {"name": name}, "timeouts": {"graceful": "5s"}, **more}

    async def name(self, request):
        return request.app.config["me"]["name"]

    async def slow(self, request):
        self.inside.set()
        await self.gate.wait()
        return request.app.config["me"]["name"]

    def living(project):
        class Living(Plugin):
            name = "living"

            @hookimpl
            def kernel_lifespan(self, kernel):
                return self.life(kernel.config["me"]["name"])

            @asynccontextmanager
            async def life(self, name):
                if project.fail:
                    raise ValueError("no database")
                project.log.append(f"{name} in")
                try:
                    yield
                finally:
                    project.log.append(f"{name} out")

        return Living


@pytest.fixture
def project():
    return Project()


async def test_a_request_ends_as_it_began_and_the_next_meets_the_new_plan(project):
    answers = []

    async def ask():
        answers.append((await client.get("/slow")).text)

    async with Client(project.kernel) as client, anyio.create_task_group() as group:
        group.start_soon(ask)
        await project.inside.wait()
        stopped = await project.kernel.reconfigure(project.config("two"))
        assert (await client.get("/name")).text == "two"
        assert (project.log, stopped.is_set()) == (["one in", "two in"], False)
        project.gate.set()
        await stopped.wait()
        assert answers == ["one"]
        assert project.log == ["one in", "two in", "one out"]
    assert project.log == ["one in", "two in", "one out", "two out"]

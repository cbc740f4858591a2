import unittest

from anyio import get_current_task
from kernel_orm import Base, get_db_engine, get_db_session
from kernel_testing import AsyncTestCase

from project.apps.hello.db import queries

DATABASE = {"url": "sqlite+aiosqlite://"}


class QueriesTestCase(AsyncTestCase):
    async def setUp(self):
        self.db_engine = get_db_engine(DATABASE, echo=False)
        self.db_session = get_db_session(self.db_engine, scope_func=lambda: get_current_task().id)
        async with self.db_engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)

    async def tearDown(self):
        await self.db_session.remove()
        await self.db_engine.dispose()

    async def test_a_user_is_found_again(self):
        added = await queries.add_user(
            self.db_session(), {"username": "jane", "first_name": "Jane", "group": "readers"}
        )
        found = await queries.get_user(self.db_session(), added.id)
        self.assertEqual(found.first_name, "Jane")
        self.assertEqual([user.username for user in await queries.get_users(self.db_session())], ["jane"])


if __name__ == "__main__":
    unittest.main()

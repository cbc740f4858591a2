"""What `kernel init` does for the app: ask for the first user."""

from kernel_logging import get_logger
from kernel_orm import get_db_engine, get_db_session

from project.apps.hello.db import queries

LOGGER = get_logger(__name__)
QUESTIONS = {"first_name": "first name", "last_name": "last name", "username": "user name", "email": "e-mail"}


async def init_data(config):
    engine = get_db_engine(config["database"], echo=False)
    session = get_db_session(engine, scope_func=lambda: "init")
    try:
        if await queries.get_users(session()):
            LOGGER.warning("there are users already, none is added")
        else:
            answers = {name: input(f"{question}: ") for name, question in QUESTIONS.items()}
            await queries.add_user(session(), {**answers, "group": "editors"})
            await session().commit()
    finally:
        await session.remove()
        await engine.dispose()

"""What the app asks its database."""

from sqlalchemy import select

from project.apps.hello.db.models import User

FIELDS = ("username", "first_name", "last_name", "email", "group")


async def get_user(session, identifier):
    return await session.get(User, identifier)


async def get_users(session):
    return (await session.scalars(select(User).order_by(User.id))).all()


async def add_user(session, data):
    user = User(**{name: data[name] for name in FIELDS if name in data})
    session.add(user)
    await session.flush()
    return user

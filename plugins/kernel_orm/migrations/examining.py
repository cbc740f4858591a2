"""What `kernel doctor` asks of a database: whether it answers, and whether it is what the models and revisions say."""

import logging
from functools import partial

from kernel import Problem
from kernel.types import Application
from kernel_orm.database import Database


async def examine(kernel: Application, database: Database) -> list[Problem]:
    """Return what is wrong with a database; one in memory begins anew each time, so nothing can be."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    from kernel_orm.migrations.connection import work
    from kernel_orm.migrations.faults import Fault
    from kernel_orm.migrations.report import problems
    from kernel_orm.migrations.schema import Schema
    from kernel_orm.url import in_memory

    if in_memory(database.url):
        return []
    try:
        return await work(database, partial(problems, schema=Schema(kernel, database.name)))
    except Fault as fault:
        return [fault.problem]

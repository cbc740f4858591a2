"""Data handlers: what a request has to hold, declared as a class and handed over cleaned.

    from kernel_data import Data, String, filters as f, validators as v

    class NewUser(Data):
        name = String(required=True, processors=[v.NotNull(), v.Length(max=50)])

    @routes.post("/users", data_handler=NewUser)
    async def create(request):
        data = await request.get_cleaned_data()     # or the answer is error 1002, which names the fields

`sources.py` says where values come from, `field.py`, `containers.py` and `typed.py` are the fields,
`processors.py` and `chains.py` compile validators and filters, `plan.py` compiles a Data class, and
`schema.py` describes it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kernel_data.public import *  # noqa: F403  # the names are listed there


def __getattr__(name: str) -> Any:
    """Import the public names when one is first asked for: a project without data handlers never does."""
    return getattr(import_module("kernel_data.public"), name)

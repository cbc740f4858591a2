"""Typed bodies: the parameter of a handler that is the body, decoded and validated in one pass.

    class NewOrder(msgspec.Struct):
        product: str
        quantity: int = 1

    @routes.post("/orders")
    async def order(data: NewOrder): ...                        # JSON

    @routes.post("/order-form")
    async def order_form(data: Annotated[NewOrder, FORM]): ...  # urlencoded or multipart

The type is a Struct, dataclass, TypedDict, attrs class or pydantic model, alone or in a container or
union. A body that does not fit is error 1002, which names every field that is wrong.

`annotations.py` tells what is a body, `structs.py` and `models.py` decode it, `formdata.py` makes one of a form,
`extraction.py` is what runs for a request, `faults.py` and `messages.py` what is told.
"""

from kernel_bodies.annotations import FORM

__all__ = ["FORM"]

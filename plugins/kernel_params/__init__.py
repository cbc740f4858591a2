"""Typed handler parameters: variables of the path, then fields of the query.

    @routes.get("/shops/<shop>/search")
    async def search(request: Request, shop: str, q: str, page: int = 1, tags: list[str] = []) -> dict:
        ...

Types: str, int, float, bool, Decimal, UUID, date, datetime, enumerations and Literal; each of these
`| None`, in `Annotated` with `msgspec.Meta`, or in a list, tuple or set for a repeated field. A path
value that does not fit is 404; a query value that does not, or lacks, is error 1002, which names it.
"""

from kernel_params.plugin import Params

__all__ = ["Params"]

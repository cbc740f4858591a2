"""What fills the parameter, one function for each route that has one."""

from collections.abc import Awaitable, Callable
from typing import Any

from kernel_requests.brief import whole
from kernel_requests.json import decode as read_exactly
from kernel_requests.media import check_coding

from kernel import Request
from kernel_bodies.models import ModelBody, ModelForm
from kernel_bodies.structs import StructBody, StructForm

REFUSED: Any = object()
Extract = Callable[[Request], Awaitable[Any]]


def json_extractor(body: StructBody | ModelBody, brief: Callable[[Request], bool], depth: int, most: int) -> Extract:
    """Return what decodes a JSON body; *brief* tells which may be read in one go."""
    decode, certain = body.decode, body.certain if body.levels <= depth else -1

    async def extract(request: Request) -> Any:
        text = whole(request, await request.receive()) if brief(request) else None
        if text is None:
            text = await request.incoming.json_text()
        try:
            value = decode(text)
        except (ValueError, RecursionError):
            value = REFUSED
        if value is REFUSED:  # raised out here, where no other error is attached to it
            check_coding(request)
            raise body.refused(text, depth, most)
        if text.count(b":") != certain:
            read_exactly(text, depth)
        return value

    return extract


def json_or_default(extract: Extract, default: Any) -> Extract:
    """Return *extract* with a default for a request without a body."""

    async def extract_or_default(request: Request) -> Any:
        return await extract(request) if await request.body() else default

    return extract_or_default


def form_extractor(body: StructForm | ModelForm, most: int) -> Extract:
    """Return what reads a form."""
    taken, convert = body.fields.taken, body.convert

    async def extract(request: Request) -> Any:
        return convert(taken(await request.form()), most)

    return extract


def form_or_default(extract: Extract, default: Any) -> Extract:
    """Return *extract* with a default for a request that says nothing of a body, which is not read to find out."""

    async def extract_or_default(request: Request) -> Any:
        return await extract(request) if "content-type" in request.headers else default

    return extract_or_default

"""Where values come from, and how they are taken from there.

A Data class reads only the sources that its fields name, each once. Of a body it reads what the media
type says; with fields of one kind of body only, another media type is refused with 415.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from kernel_requests.json import check_media_type
from kernel_requests.media import charset, content_type, text as text_of

from kernel import Request
from kernel.errors import HTTPException
from kernel_data.uploads import Content, is_file, whole

TYPE_JSON_FIELD, TYPE_FORM_FIELD, TYPE_PARAM, TYPE_URL_VAR, TYPE_FILE, TYPE_CONTENT, TYPE_HEADER = range(1, 8)
TYPE_JSON, TYPE_FORM, TYPE_PARAMS = TYPE_JSON_FIELD, TYPE_FORM_FIELD, TYPE_PARAM
TYPE_URL_VARS, TYPE_FILES = TYPE_URL_VAR, TYPE_FILE
NAMES: Mapping[Any, str] = {
    TYPE_JSON_FIELD: "json",
    TYPE_FORM_FIELD: "form",
    TYPE_PARAM: "query",
    TYPE_URL_VAR: "path",
    TYPE_FILE: "form",
    TYPE_CONTENT: "content",
    TYPE_HEADER: "header",
}
BODIES = {"json", "form", "content"}
ABSENT: Any = object()
Values = Mapping[Any, Any]
Take = Callable[[Any, str], Any]
Load = Callable[[Request], Awaitable[Values]]
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


async def json_object(request: Request) -> Values:
    """Return the JSON object of the body, nothing for no body.

    Raises:
        HTTPException: 400, it is JSON and no object; and as `request.json`.
    """
    try:
        value = await request.json()
    except HTTPException as error:
        if await is_empty(request, error):
            return {}
        raise
    if isinstance(value, dict):
        return value
    raise HTTPException(400, f"object expected, but the JSON body is {JSON_NAMES[type(value)]}")


JSON_NAMES = {list: "an array", str: "a string", bool: "a boolean", int: "a number", float: "a number"}
JSON_NAMES[type(None)] = "null"


async def is_empty(request: Request, error: HTTPException) -> bool:
    """Tell whether a body was refused only because there is none."""
    wrong_type = error.status == 415 and "content-type" in request.headers
    return error.status in (400, 415) and not wrong_type and not await request.body()


async def form(request: Request) -> Values:
    """Return the form of the body, nothing for no body; raises as `request.form`."""
    if "content-type" not in request.headers and not await request.body():
        return {}
    result: Values = await request.form()
    return result


async def content(request: Request) -> Values:
    """Return the body under every name: text as str, anything else as bytes; nothing for no body.

    Raises:
        HTTPException: 415, the charset of the text is not known; 400, the text is not in it; and as `request.body`.
    """
    body = await request.body()
    if not body:
        return {}
    return {None: text_of(body, charset(request)) if content_type(request) == "text/plain" else body}


async def path(request: Request) -> Values:
    """Return the variables of the path."""
    return request.url_vars


async def query(request: Request) -> Values:
    """Return the fields of the query."""
    result: Values = request.query_params
    return result


async def header(request: Request) -> Values:
    """Return the headers."""
    result: Values = request.headers
    return result


LOADERS: dict[str, Load] = {
    "content": content,
    "json": json_object,
    "form": form,
    "query": query,
    "path": path,
    "header": header,
}
"""In the order in which they are read: after the whole body was read, a form of it still can be."""


def fitting(source: str, others: set[str]) -> Load:
    """Return the loader of a source; beside another kind of body one that skips a wrong media type."""
    load = LOADERS[source]
    if source not in ("json", "form") or len(others & BODIES) == 1:
        return load

    async def load_if_fit(request: Request) -> Values:
        fits = is_form if source == "form" else is_json
        return await load(request) if fits(request) else {}

    return load_if_fit


def is_form(request: Request) -> bool:
    """Tell whether the body says it is a form."""
    return content_type(request) in FORMS


def is_json(request: Request) -> bool:
    """Tell whether the body says it is JSON."""
    try:
        check_media_type(request.headers.get("content-type", ""))
    except HTTPException:
        return False
    return True


def taker(field_type: Any, many: bool, whole: bool) -> tuple[Take | None, bool]:
    """Return what takes a value from its source, or ABSENT, and whether it has to be awaited.

    None takes what stands under the key.

    Args:
        many: all values of a repeated field, as a list.
        whole: an uploaded file itself, not its bytes.
    """
    if field_type == TYPE_FILE:
        takes: dict[tuple[bool, bool], Take] = {
            (False, False): file_content,
            (True, False): file_contents,
            (False, True): file,
            (True, True): files,
        }
        return takes[many, whole], not whole
    if field_type == TYPE_CONTENT:
        return (lambda source, key: source.get(None, ABSENT)), False
    if many and field_type in (TYPE_FORM_FIELD, TYPE_PARAM, TYPE_HEADER):
        return (texts if field_type == TYPE_FORM_FIELD else values), False
    return (text if field_type == TYPE_FORM_FIELD else None), False


def values(source: Any, key: str) -> Any:
    """Take all values of *key*."""
    return source.getlist(key) or ABSENT if source else ABSENT


def text(source: Any, key: str) -> Any:
    """Take a field of a form; a file is none."""
    found = source.get(key, ABSENT)
    return found if isinstance(found, str) else ABSENT


def texts(source: Any, key: str) -> Any:
    """Take all fields of a form that bear the name *key*."""
    return only(values(source, key), lambda one: isinstance(one, str))


def file(source: Any, key: str) -> Any:
    """Take a file of a form; one without name and content was not chosen.

    Raises:
        HTTPException: 400, there are several, of which only one would be looked at.
    """
    found = files(source, key)
    if found is ABSENT:
        return ABSENT
    if len(found) > 1:
        raise HTTPException(400, f"the field '{key}' takes one file, and {len(found)} were sent")
    return found[0]


def files(source: Any, key: str) -> Any:
    """Take all files of a form that bear the name *key*."""
    return only(values(source, key), is_file)


def only(found: Any, wanted: Callable[[Any], bool]) -> Any:
    """Return the wanted ones of what was found, or ABSENT."""
    kept: Iterable[Any] = () if found is ABSENT else [one for one in found if wanted(one)]
    return kept or ABSENT


async def file_content(source: Any, key: str) -> Any:
    """Take the bytes of a file."""
    found = file(source, key)
    return found if found is ABSENT else Content.of(await whole(found), found)


async def file_contents(source: Any, key: str) -> Any:
    """Take the bytes of all files that bear the name *key*."""
    found = files(source, key)
    return found if found is ABSENT else [Content.of(await whole(one), one) for one in found]

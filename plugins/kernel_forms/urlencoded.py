"""Forms as application/x-www-form-urlencoded (WHATWG URL §5.1)."""

from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from kernel_requests.incoming import Pour

from kernel_forms.limits import Limits, refused


async def read(pour: Pour, charset: str, limits: Limits) -> list[tuple[str, str]]:
    """Return the fields in order, blank values too; what the charset cannot decode is replaced.

    Raises:
        HTTPException: 413, too many fields or too large a one; nothing is split before they are counted.
    """

    def text(raw: bytes) -> str:
        return raw.decode(charset, "replace")

    chunks: list[bytes] = []
    fields, size, largest = 1, 0, limits.max_field_size + limits.max_part_header_size

    def take(chunk: bytes) -> None:
        nonlocal fields, size
        chunks.append(chunk)
        fields += chunk.count(b"&")
        if fields > limits.max_form_fields:
            raise refused(413, f"the form has more than {limits.max_form_fields} fields")
        size = least(chunk.rpartition(b"&")[2]) + (0 if b"&" in chunk else size)
        if size > largest:
            raise refused(413, f"a field of the form has more than {limits.max_field_size} bytes")

    await pour(take)
    return [(text(name), text(value)) for name, value in split(chunks, limits)]


def least(part: bytes) -> int:
    """Return how many bytes *part* has at least when it is decoded."""
    return max(len(part) - 2 * part.count(b"%"), len(part) // 3)


def split(chunks: list[bytes], limits: Limits) -> Iterator[tuple[bytes, bytes]]:
    """Yield names and values, decoded."""
    for pair in filter(None, b"".join(chunks).split(b"&")):
        name, _, value = (unquote_to_bytes(part) for part in pair.replace(b"+", b" ").partition(b"="))
        if len(value) > limits.max_field_size or len(name) > limits.max_part_header_size:
            raise refused(413, f"a field of the form has more than {limits.max_field_size} bytes")
        yield name, value

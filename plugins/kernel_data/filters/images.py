"""Images, decoded and encoded anew in a worker thread, within a limit of pixels."""

import io
from functools import partial
from typing import Any

import anyio.to_thread

from kernel_data.filters.filter import Filter
from kernel_data.uploads import whole

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
"""What is decoded; other formats of pillow run other programs or are seldom looked after."""


class ModifyImage(Filter):
    """Encode an image anew, without its metadata; an animation keeps its first picture.

    Args:
        format: a format that pillow writes.
        mode: a pillow mode, such as "RGB" or "L".
        max_size: (width, height) to shrink the image into, keeping its ratio.
        max_pixels: most pixels; a larger image is refused before it is decoded.
    """

    message = "Invalid image"
    library = ("PIL", "pillow")

    def __init__(
        self,
        format: str = "JPEG",  # public name
        mode: str = "RGB",
        max_size: tuple[int, int] | None = None,
        message: str | None = None,
        max_pixels: int = 40_000_000,
    ) -> None:
        super().__init__(message)
        self._format, self._mode, self._size, self._most = format, mode, max_size, max_pixels

    async def apply(self, value: Any) -> Any:
        """Return the bytes of the new image."""
        data = value if isinstance(value, bytes) else await whole(value)
        return await anyio.to_thread.run_sync(partial(self._encoded, data))

    def _encoded(self, data: bytes) -> bytes:
        from PIL import Image, ImageOps, UnidentifiedImageError

        try:
            with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
                if opened.width * opened.height > self._most:
                    raise ValueError("too many pixels")
                image = ImageOps.exif_transpose(opened).convert(self._mode)
        except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError) as error:
            raise ValueError("no image that can be read") from error
        if self._size:
            image.thumbnail(self._size)
        result = io.BytesIO()
        image.save(result, self._format)
        return result.getvalue()

"""From the path of a file to its URL: the services "static_url" and "media_url"."""

from urllib.parse import quote

from kernel.errors import HTTPException
from kernel.types import Application
from kernel_static.file import Library
from kernel_static.fingerprints import marked


class Base:
    """Where URLs begin: a whole URL as it is, a path below the root path of the request being served, if any."""

    def __init__(self, kernel: Application, url: str) -> None:
        self._kernel, self._url = kernel, url.removesuffix("/")

    def __call__(self, path: str) -> str:
        """Return the URL of *path*, percent-encoded."""
        return f"{self._root()}{self._url}/{quote(path)}"

    def _root(self) -> str:
        if not self._url.startswith("/"):
            return ""
        try:
            request = self._kernel.get_current_request()
        except LookupError:
            return ""
        return str(request.scope.get("root_path") or "").removesuffix("/")


class StaticUrl:
    """Service "static_url": call it with the path of a static file, as "shop/site.css"."""

    def __init__(self, library: Library, base: Base) -> None:
        self._library, self._base = library, base

    def __call__(self, path: str) -> str:
        """Return the URL of a static file, under the name that its content has now.

        The content is read when the file is new or has changed, else only its state.

        Raises:
            LookupError: there is no such file; it says where was looked for it.
        """
        folders, fingerprints, _ = self._library
        state = folders.state(path)
        digest = state and fingerprints.known(path, state)
        if not digest:
            try:
                found = folders.open(path)
            except HTTPException:
                raise folders.missing(path) from None
            with found.file:
                digest = fingerprints.of(path, found.file)
        return self._base(marked(path, digest))


def unserved(path: str) -> str:
    """Stand in for "media_url" where uploads are not served."""
    raise LookupError(f"media file '{path}' has no URL: [media] prefix is not set")

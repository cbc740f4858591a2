"""The plugin: it provides `request.form`."""

import os
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import gettempdir
from weakref import proxy

from anyio import to_thread
from kernel_requests.media import check_coding, codec

from kernel import Plugin, Problem, Request, hookimpl
from kernel.errors import HTTPException
from kernel.types import Application
from kernel_forms import media, parts, urlencoded
from kernel_forms.folder import UploadFolder
from kernel_forms.form import Form
from kernel_forms.limits import Limits


class Forms(Plugin):
    """Provide `await request.form()`, within the limits of the section [limits]."""

    name = "forms"
    requires = ("requests", "outcomes")

    @hookimpl
    def kernel_configure(self, kernel: Application) -> None:
        """Provide the method, and the folder for files that are too large for the memory."""
        limits = Limits.of(kernel.config)
        self._parent = Path(kernel.config.root, limits.upload_dir) if limits.upload_dir else None
        self._folder = folder = UploadFolder(self._parent)
        kernel.provide("request.form", lambda request: Reading(request, limits, folder).form)

    @hookimpl
    @asynccontextmanager
    async def kernel_lifespan(self) -> AsyncIterator[None]:
        """Remove the folder at the end."""
        yield
        if self._folder.place:
            await to_thread.run_sync(self._folder.remove)

    @hookimpl
    def kernel_checks(self, kernel: Application) -> Iterable[Problem]:
        """Report a folder for uploads that cannot be written to."""
        parent = self._parent
        if parent and parent.exists() and not (parent.is_dir() and os.access(parent, os.W_OK | os.X_OK)):
            message = f"plugin 'forms': [limits] upload_dir: '{parent}' is not a folder that can be written to"
            hint = "name another one, or leave it out"
            yield Problem("forms.upload_dir", "error", message, hint, kernel.config.origin("limits", "upload_dir"))

    @hookimpl(optionalhook=True)
    def kernel_doctor(self) -> dict[str, Callable[[], Iterable[Problem]]]:
        """Have the folder examined in which files wait on disk, or the one it is going to be made in."""
        return {"upload folder": self._examine}

    def _examine(self) -> Iterable[Problem]:
        wanted = self._parent or Path(gettempdir())
        folder = next(one for one in (wanted, *wanted.parents) if one.exists())
        if not (folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)):
            message = f"uploads that are too large for the memory go to '{wanted}', and '{folder}' cannot be written to"
            yield Problem("forms.folder", "error", message, "change its mode, or name another in [limits] upload_dir")


class Reading:
    """What `request.form` is a method of.

    The request keeps it, so once the form is read it keeps neither the request nor the frames in which the form
    was refused: large forms must not wait for the garbage collector.
    """

    def __init__(self, request: Request, limits: Limits, folder: UploadFolder) -> None:
        self._request, self._limits, self._folder = request, limits, folder
        self._form: Form | None = None
        self._refusal: HTTPException | None = None

    async def form(self) -> Form:
        """Return the form in the body; later calls return, or raise, the same.

        Raises:
            HTTPException: 415, the body is no form, or compressed; 400, it is malformed; 413, it passes a limit; 507,
                the disk is full.
            ClientDisconnect: the client went away.
            RuntimeError: the stream of the body was begun before.
        """
        if self._refusal:
            raise self._refusal
        if self._form is None:
            try:
                self._form = await self._read()
            except HTTPException as error:
                self._refusal = untraced(error)
                raise
            self._request = proxy(self._request)
        return self._form

    async def _read(self) -> Form:
        request, limits = self._request, self._limits
        check_coding(request)
        pour = request.incoming.pour
        if request.content_type == "multipart/form-data":
            boundary = media.boundary(request.headers["content-type"])
            return Form(await parts.read(request, pour, boundary, limits, self._folder))
        if request.content_type == "application/x-www-form-urlencoded":
            return Form(await urlencoded.read(pour, codec(request.charset), limits))
        raise HTTPException(415, "the body has to be a form: application/x-www-form-urlencoded or multipart/form-data")


def untraced(error: HTTPException) -> HTTPException:
    """Return the same exception without its traceback and its cause."""
    same = type(error).__new__(type(error), *error.args)
    vars(same).update(vars(error))
    return same

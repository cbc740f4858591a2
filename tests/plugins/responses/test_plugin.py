import os
from pathlib import Path
from typing import Any

import pytest
from kernel_responses import JSON, File
from kernel_responses.file import Sending
from kernel_responses.plugin import Responses

from kernel import App, Kernel, Plugin, hookimpl
from kernel.layers import Route

pytestmark = pytest.mark.anyio


class OneRoute(Plugin):
    """Sends every request to the only route."""

    name = "one-route"

    @hookimpl
    def kernel_router(self, routes: Any) -> Any:
        def match(request: Any) -> Any:
            request.route, handler = routes[0]
            return handler

        return match


def kernel_of(config: Any, *apps: App) -> Kernel:
    if isinstance(config, dict):
        config = {"plugins": {"active": ""}, **config}
    return Kernel(config, plugins=[Responses, OneRoute], apps=apps)


def project(folder: Path, text: str) -> Path:
    (folder / "config.ini").write_text(f"[plugins]\nactive =\n[environment]\n{text}\n")
    return folder / "config.ini"


def test_how_files_are_sent_is_configured() -> None:
    assert kernel_of({}).boot().service("sending") == Sending(64 * 1024, 16)
    kernel = Kernel({"networking": {"stream_size": "1KiB"}, "limits": {"max_ranges": "3"}}).boot()
    assert kernel.service("sending") == Sending(1024, 3)


async def test_a_file_is_sent_in_chunks_of_the_configured_size(tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "a.txt").write_text("a" * 2500)
    config = {"environment": {"media_path": tmp_path / "media"}, "networking": {"stream_size": 1024}}
    _, chunks = await messages_of(File("a.txt"), config)
    assert [len(chunk) for chunk in chunks] == [1024, 1024, 452, 0]


async def get(value: Any, config: Any) -> tuple[Any, bytes]:
    status, chunks = await messages_of(value, config)
    return status, b"".join(chunks)


async def messages_of(value: Any, config: Any) -> tuple[Any, list[bytes]]:
    async def handler(request: Any) -> Any:
        return value

    async def receive() -> Any:
        return {"type": "http.request"}

    messages: list[Any] = []

    async def send(message: Any) -> None:
        messages.append(message)

    kernel = kernel_of(config, App(name="shop", routes=[Route("/", "GET", handler)]))
    await kernel({"type": "http", "method": "GET", "path": "/", "headers": []}, receive, send)
    return messages[0]["status"], [message["body"] for message in messages[1:]]


def test_the_media_folder_lies_beside_the_configuration(tmp_path: Path) -> None:
    kernel = kernel_of(project(tmp_path, "")).boot()
    assert kernel.service("media_path") == tmp_path.resolve() / "media"


def test_the_media_folder_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    os.symlink("real", tmp_path / "uploads")
    for name in ("uploads", tmp_path / "uploads"):
        kernel = kernel_of(project(tmp_path, f"media_path = {name}")).boot()
        assert kernel.service("media_path") == tmp_path.resolve() / "real"


def test_a_named_media_folder_that_is_missing_fails_the_boot(tmp_path: Path) -> None:
    kernel = kernel_of(project(tmp_path, "media_path = uploads"))
    kernel.booted  # noqa: B018  # boots
    (problem,) = kernel.problems
    assert (problem.id, problem.level) == ("responses.media_path", "error")
    assert str(tmp_path.resolve() / "uploads") in problem.message
    assert problem.where == f"{tmp_path / 'config.ini'}:4"


@pytest.mark.parametrize(
    ("make", "status", "body"),
    [
        (lambda: "text", 200, b"text"),
        (lambda: {"a": 1}, 200, b'{"a":1}'),
        (lambda: None, 204, b""),
        (lambda: iter(["a", "b"]), 200, b"ab"),
        (lambda: JSON([1], status=201), 201, b"[1]"),
    ],
)
async def test_a_handler_may_return_a_value_or_a_response(make: Any, status: int, body: bytes) -> None:
    assert await get(make(), {}) == (status, body)


async def test_nan_in_an_answer_is_a_500(caplog: pytest.LogCaptureFixture) -> None:
    assert (await get({"a": float("nan")}, {}))[0] == 500


async def test_a_type_that_nobody_renders_is_a_500(caplog: pytest.LogCaptureFixture) -> None:
    assert (await get(object(), {}))[0] == 500


async def test_files_are_served_from_the_media_folder_only(tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "a.txt").write_text("public")
    config = project(tmp_path, "")
    assert await get(File("a.txt"), config) == (200, b"public")
    assert (await get(File("../config.ini"), config))[0] == 404


@pytest.mark.parametrize(("access", "made", "count"), [(True, True, 0), (False, True, 1), (False, False, 0)])
async def test_a_media_folder_without_access_is_a_finding_of_the_doctor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, access: bool, made: bool, count: int
) -> None:
    if made:
        (tmp_path / "media").mkdir()
    kernel = kernel_of(project(tmp_path, "")).boot()
    (plugin,) = [member.plugin for member in kernel.plan.active if member.name == "responses"]
    monkeypatch.setattr(os, "access", lambda path, mode: access)
    assert len(list(plugin.kernel_doctor()["media folder"]())) == count

"""What a process that has just begun measures of itself; startup.py runs it. Nothing is imported that is measured."""

import asyncio
import gc
import sys
import time


def resident() -> int:
    """Return the bytes of memory that are this process's, shared pages included (Linux); 0 where that is not told."""
    try:
        with open("/proc/self/statm") as file:
            pages = int(file.read().split()[1])
    except OSError:
        return 0
    import resource

    return pages * resource.getpagesize()


def spent(since: float) -> float:
    """Return the milliseconds of processor time since."""
    return (time.process_time() - since) * 1000


async def taken(message: object) -> None:
    """Take what is sent."""


def main() -> dict[str, float]:
    """Import, boot, start and answer; return what each took, in milliseconds and bytes."""
    found: dict[str, float] = {}
    empty, began = resident(), time.process_time()
    import kernel

    found["import"] = spent(began)
    began = time.process_time()
    project = kernel.Kernel({}, apps=[shop(200)]).boot()
    found["boot"], found["memory"] = spent(began), resident() - empty

    def booted(number: int) -> float:
        began = time.process_time()
        kernel.Kernel({}, apps=[shop(number)]).boot()
        return spent(began)

    booted(200)
    gc.collect()
    gc.freeze()
    found["routes"] = min(booted(200) for _ in range(5)) - min(booted(0) for _ in range(5))
    asyncio.run(asked(project, found))
    began, total = time.process_time(), 0
    for number in range(1_000_000):
        total += number
    found["reference"] = spent(began)
    return found


def shop(number: int):  # type: ignore[no-untyped-def]  # its type is not imported yet
    """Return an app with that many routes, half of them static and half with a variable."""
    from kernel_router import Routes

    from kernel import App

    routes = Routes()
    for n in range(number):
        routes.get(f"/part{n % 40}/thing{n}")(classic) if n % 2 else routes.get(f"/part{n % 40}/<id:int>/{n}")(typed)
    return App(name="shop", routes=[routes])


async def classic(request):  # type: ignore[no-untyped-def]  # as users write it
    return "Hello, world!"


async def typed(id: int):  # type: ignore[no-untyped-def]  # as users write it
    return {"id": id}


async def asked(project, found: dict[str, float]) -> None:  # type: ignore[no-untyped-def]  # as above
    """Start, and make the first request and the second."""
    headers = [(b"host", b"localhost:8000"), (b"user-agent", b"bench"), (b"accept", b"*/*")]
    message = {"type": "http.request", "body": b"", "more_body": False}

    async def receive() -> object:
        return message

    await project.start()
    for name in ("first", "second"):
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": "/part0/42/120",
            "raw_path": b"/part0/42/120",
            "query_string": b"",
            "root_path": "",
            "headers": headers,
            "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", 8000),
        }
        began = time.process_time()
        await project(scope, receive, taken)
        found[name] = spent(began)
    await project.stop()


if __name__ == "__main__":
    result = main()
    import json

    json.dump(result, sys.stdout)

"""One handler for each kind of response."""

from kernel_responses import HTML, JSON, Binary, File, Redirect, Stream, Success, Text


async def text(request):
    return Text("Hello World!")


async def html(request):
    return HTML("<h1>Hello World!</h1>")


async def as_json(request):
    return JSON({"message": "Hello World!"})


async def binary(request):
    return Binary(b"\x00\x01")


async def file(request):
    return File("hello.txt", partial=True)


async def stream(request):
    async def lines():
        for number in range(3):
            yield f"line {number}\n"

    return Stream(lines(), content_type="text/plain")


async def redirect(request):
    return Redirect(request.url_for("home"))


async def success(request):
    return Success("Successful!")

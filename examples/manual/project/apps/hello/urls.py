"""Routes declared apart from their handlers."""

from kernel_router import Route, Routes

from project.apps.hello.controllers import answers

declared = Routes(
    Route("/text", ("GET",), answers.text),
    Route("/html", ("GET",), answers.html),
    Route("/json", ("GET",), answers.as_json),
    Route("/binary", ("GET",), answers.binary),
    Route("/file", ("GET",), answers.file),
    Route("/stream", ("GET",), answers.stream),
    Route("/redirect", ("GET",), answers.redirect),
    Route("/success", ("GET",), answers.success),
)

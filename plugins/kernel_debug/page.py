"""The page: what was raised, where, by whose code, and what was asked for. Everything in it is escaped.

It holds no script and loads nothing, and its headers forbid both.
"""

import os
from collections.abc import Iterable
from html import escape
from pathlib import Path
from sysconfig import get_paths

from kernel_settings.masking import MASK

from kernel import Request, Response
from kernel_debug.style import STYLE
from kernel_debug.text import lines
from kernel_debug.trace import Call, Caught, Line, Owner, chain
from kernel_debug.veil import Veil, is_secret, query

HEADERS = (
    (b"content-type", b"text/html; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)


class Page:
    """One error as a page.

    Args:
        veil: takes secrets out of every text.
        owner: tells which app or plugin the code of a frame belongs to.
        root: folder of the project, which is left out of the paths shown.
    """

    def __init__(self, veil: Veil, owner: Owner, root: Path) -> None:
        self._veil, self._owner = veil, owner
        self._roots = {
            f"{root}{os.sep}": "",
            f"{get_paths()['purelib']}{os.sep}": "",
            f"{get_paths()['stdlib']}{os.sep}": "",
        }

    def response(self, request: Request, error: Exception, answer: Response) -> Response:
        """Return the page, with the error's id as *answer* bears it."""
        identity = tuple(pair for pair in answer.pairs if pair[0] == b"x-error-id")
        text = self.html(request, error, identity[0][1].decode() if identity else "")
        return Response.trusted(text.encode("utf-8", "backslashreplace"), answer.status, (*HEADERS, *identity))

    def html(self, request: Request, error: Exception, number: str) -> str:
        """Return the text of the page."""
        first, *others = chain(error, self._owner)
        parts = [
            f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{self._shown(first.kind)}</title>",
            f"<meta name=viewport content='width=device-width'><style>{STYLE}</style></head><body><main>",
            self._head(request, first, number),
            f"<h2>Calls<span class=small>the last one first</span></h2>{self._calls(first)}",
            *(self._cause(one) for one in others),
            f"<h2>Request</h2>{self._table(self._facts(request))}",
            f"<h2>Headers</h2>{self._table(self._headers(request))}",
            f"<h2>Text</h2><details><summary class=mono>traceback to copy</summary><pre class=text>{self._text(error)}",
            "</pre></details><footer>This page is shown because <code>[debug] enabled</code> is on and the browser ",
            "runs on this machine. Everybody else gets <code>Server error</code>. Never enable it in production: ",
            "<code>kernel check --deploy</code> fails while it is.</footer></main></body></html>",
        ]
        return "".join(parts)

    def _shown(self, value: object) -> str:
        return escape(self._veil(str(value)))

    def _head(self, request: Request, error: Caught, number: str) -> str:
        asked = f"<b>{self._shown(request.scope['method'])}</b> {self._shown(target(request))}"
        notes = "".join(f"<p class=note>{self._shown(note)}</p>" for note in error.notes)
        return (
            f"<header><p class='small mono'>500 Server error{f', id {self._shown(number)}' if number else ''}</p>"
            f"<h1>{self._shown(error.kind)}</h1><p class=message>{self._shown(error.message)}</p>{notes}"
            f"<p class='request mono'>{asked}</p></header>"
        )

    def _cause(self, error: Caught) -> str:
        notes = "".join(f"<p class=note>{self._shown(note)}</p>" for note in error.notes)
        return (
            f"<div class=cause><p class=small>{escape(error.relation)}</p><h2>{self._shown(error.kind)}</h2>"
            f"<p class=message>{self._shown(error.message)}</p>{notes}</div>{self._calls(error)}"
        )

    def _calls(self, error: Caught) -> str:
        opened = next((call for call in error.calls if call.owner.startswith("app ")), next(iter(error.calls), None))
        written = [self._call(call, call is opened) for call in error.calls]
        if error.left_out:
            written.insert(len(written) * 3 // 4, f"<p class=left>{error.left_out} more calls between these</p>")
        return "".join(written) or "<p class=left>it was never raised</p>"

    def _call(self, call: Call, opened: bool) -> str:
        kind = "app" if call.owner.startswith("app ") else "plugin"
        pill = f"<span class='owner {kind}'>{self._shown(call.owner)}</span>" if call.owner else ""
        source = "".join(map(self._line, call.lines))
        return (
            f"<details{' open' if opened else ''}{'' if kind == 'app' else ' class=foreign'}><summary>"
            f"<span class=mono><b>{self._shown(call.function)}</b></span>"
            f"<span class='place mono'>{self._shown(self._short(call.file))}:{call.number}</span>{pill}</summary>"
            f"<pre class=source>{source or '<span>(its source cannot be found)</span>'}</pre></details>"
        )

    def _line(self, line: Line) -> str:
        if line.marked is None:
            return f"<span><i>{line.number}</i>{self._shown(line.text)}</span>"
        before, failed, after = map(self._shown, line.marked)
        return f"<span class=now><i>{line.number}</i>{before}<mark>{failed}</mark>{after}</span>"

    def _short(self, file: str) -> str:
        roots = [root for root in self._roots if file.startswith(root)]
        return file.removeprefix(max(roots, key=len, default=""))

    def _table(self, rows: Iterable[tuple[str, str]]) -> str:
        cells = (f"<tr><th class=mono>{self._shown(name)}<td class=mono>{self._shown(value)}" for name, value in rows)
        return f"<table>{''.join(cells)}</table>"

    def _facts(self, request: Request) -> Iterable[tuple[str, str]]:
        route = request.route
        yield "route", f"{route} ({route.where})" if route else "none"
        if route:
            yield "handler", f"{getattr(route.handler, '__module__', '')}.{getattr(route.handler, '__qualname__', '')}"
            yield "app", route.app
        yield from ((f"<{name}>", value) for name, value in request.url_vars.items())
        yield from ((f"?{name}=", MASK if is_secret(name) else value) for name, value in query(request))
        yield "client", str((request.scope.get("client") or ("",))[0])
        yield "HTTP", str(request.scope.get("http_version", ""))

    def _headers(self, request: Request) -> Iterable[tuple[str, str]]:
        for raw, value in request.scope["headers"]:
            name = raw.decode("latin-1")
            yield name, MASK if is_secret(name) else value.decode("latin-1")

    def _text(self, error: Exception) -> str:
        return escape("\n".join(lines(error, self._veil)))


def target(request: Request) -> str:
    """Return path and query as they were asked for, without secrets."""
    fields = (f"{name}={MASK if is_secret(name) else value}" for name, value in query(request))
    asked = "&".join(fields)
    return f"{request.scope['path']}?{asked}" if asked else str(request.scope["path"])

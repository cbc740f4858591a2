"""The faster HTTP/1 protocol of Uvicorn, with an end to what it takes without handing anything over."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST = 64 * 1024
"""Bytes of a request line and headers, of trailers or of a chunk's extension: what Uvicorn's other protocol takes."""


class Bounded(HttpToolsProtocol):
    """Refuses a head or a tail without end, which the parser would keep in memory."""

    _kept = 0

    def data_received(self, data: bytes) -> None:
        """Parse; refuse with 400 when the parser has kept more than MOST bytes to itself."""
        self._kept += len(data)
        super().data_received(data)
        if self._kept > MOST and not self.transport.is_closing():
            self.send_400_response("the head of the request is too long")

    def on_message_begin(self) -> None:
        """Begin to count: what came before in the same piece belongs to another request."""
        self._kept = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Begin anew: the head is handed over."""
        self._kept = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Begin anew: a piece of the body is handed over."""
        self._kept = 0
        super().on_body(body)

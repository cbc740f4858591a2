"""The HTTP client talks to a server over a socket."""

import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from kernel_testing import HttpClient, TooManyRedirects
from kernel_testing.http import Client


class Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        length = int(self.headers.get("content-length", 0))
        body = self.rfile.read(length) if length else b""
        if self.headers.get("transfer-encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        self.server.connections.add(self.client_address)
        if self.path.startswith("/cut"):
            self.close_connection = True
            return
        said = {"method": self.command, "path": self.path, "body": body.decode("latin-1")}
        said["headers"] = {name.lower(): value for name, value in self.headers.items()}
        data = b"plain" if self.path == "/plain" else json.dumps(said).encode()
        self.send_response(307 if self.path == "/round" else 303 if self.path == "/moved" else 200)
        self.send_header("Content-Type", "text/plain" if self.path == "/plain" else "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Set-Cookie", "sid=abc; path=/")
        self.send_header("X-Twice", "1")
        self.send_header("X-Twice", "2")
        if self.path in ("/moved", "/round"):
            self.send_header("Location", "/here?x=1" if self.path == "/moved" else "/round")
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else data)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_HEAD = answer

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    serving = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    serving.connections = set()
    thread = threading.Thread(target=serving.serve_forever, args=(0.01,))
    thread.start()
    yield serving
    serving.shutdown()
    serving.server_close()
    thread.join()


@pytest.fixture
def client(server):
    with HttpClient("127.0.0.1", server.server_port) as connected:
        yield connected


def test_json_is_posted_and_parsed(client):
    response = client.post("/a?b=1", json={"x": 1}, headers={"X-Y": "z"})
    assert (response.status, response.reason, response.message, response.version) == (200, "OK", "OK", 11)
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.headers["x-twice"] == "1, 2"
    assert (response.data["method"], response.data["path"], response.data["body"]) == ("POST", "/a?b=1", '{"x": 1}')
    assert response.data["headers"]["content-type"] == "application/json"
    assert response.data["headers"]["x-y"] == "z"
    assert response.json() == response.data


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "options"])
def test_every_method_has_a_function(client, method):
    assert getattr(client, method)("/").data["method"] == method.upper()


def test_a_head_request_has_no_body(client):
    assert client.head("/").data == b""


def test_forms_files_and_raw_bodies_are_sent(client):
    assert client.post("/", form={"a": "1 2"}).data["body"] == "a=1+2"
    assert 'filename="a.txt"' in client.post("/", files={"f": ("a.txt", "x")}).data["body"]
    assert client.post("/", body="text").data["body"] == "text"
    assert client.post("/", body=[b"one", b"two"]).data["body"] == "onetwo"


def test_a_query_may_be_a_mapping(client):
    assert client.get("/a", query={"b": [1, 2]}).data["path"] == "/a?b=1&b=2"


def test_a_body_that_is_no_json_stays_bytes(client):
    response = client.get("/plain")
    assert (response.data, response.text) == (b"plain", "plain")
    assert repr(response) == "<HttpResponse 200 b'plain'>"


def test_a_host_header_of_ones_own_takes_the_place_of_the_usual_one(client):
    assert client.get("/", headers={"Host": "shop.example"}).data["headers"]["host"] == "shop.example"
    assert client.get("/").data["headers"]["host"].startswith("127.0.0.1:")


def test_one_connection_serves_all_requests(client, server):
    client.get("/")
    client.get("/")
    assert len(server.connections) == 1


def test_cookies_are_kept(client):
    assert "cookie" not in client.get("/").data["headers"]
    assert client.get("/").data["headers"]["cookie"] == "sid=abc"


def test_redirects_are_followed_on_demand(client):
    assert client.post("/moved", body="x").status == 303
    followed = client.post("/moved", body="x", follow=True).data
    assert (followed["method"], followed["path"], followed["body"]) == ("GET", "/here?x=1", "")
    with pytest.raises(TooManyRedirects):
        client.get("/round", follow=True)


def test_a_connection_that_breaks_is_opened_again(client):
    with pytest.raises(ConnectionError):
        client.get("/cut")
    assert client.get("/").status == 200


def test_a_client_works_without_a_block_and_a_url_names_the_server(server):
    client = Client(f"http://127.0.0.1:{server.server_port}", headers={"x-a": "b"})
    assert client.get("/").data["headers"]["x-a"] == "b"
    client.close()
    client.close()


def test_a_server_without_tls_is_refused_over_tls(server):
    for option in (True, ssl.create_default_context()):
        with HttpClient("127.0.0.1", server.server_port, ssl=option) as client, pytest.raises(OSError, match="SSL"):
            client.get("/")


def test_the_port_has_a_default():
    assert HttpClient("shop.example")._whole("/") == "http://shop.example/"

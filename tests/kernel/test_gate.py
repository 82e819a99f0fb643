"""The door between server and market: requests and answers go through as they are."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from kernel.web.gate import PIECE_BYTES, Gate
from kernel.web.raw import sent


def ask(app, *, path=b"/", query=b"", headers=(), bodies=(b"",), method="GET"):
    """Put one request through the gate, and return what was sent back."""
    waiting, told = list(bodies), []

    async def receive():
        return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting)}

    async def send(message):
        told.append(message)

    scope = {
        "type": "http",
        "method": method,
        "raw_path": path,
        "query_string": query,
        "headers": list(headers),
        "scheme": "https",
        "http_version": "1.1",
        "client": ("203.0.113.7", 4711),
        "server": ("cho.example", 443),
    }
    # In a thread of its own: in this one a browser of other tests may keep a loop running.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(Gate(app)(scope, receive, send))).result()
    return told


def echo(environ, start):
    echo.environ = environ
    echo.body = environ["wsgi.input"].read()
    start("207 Multi", [("X-One", "1"), ("Set-Cookie", "a"), ("Set-Cookie", "b")])
    return [b"he", b"llo"]


def test_path_and_query_go_through_as_they_were_sent():
    start, body = ask(echo, path=b"/01/x/10/A%2FB%C4%90", query=b"flag&x=%7e")
    assert sent(echo.environ).path == "/01/x/10/A%2FB%C4%90"
    assert sent(echo.environ).query == "flag&x=%7e"
    assert echo.environ["PATH_INFO"] == "/01/x/10/A/BĐ".encode().decode("latin-1")
    assert (start["status"], body["body"], body["more_body"]) == (207, b"hello", False)
    cookies = [(b"set-cookie", b"a"), (b"set-cookie", b"b")]
    assert start["headers"] == [(b"x-one", b"1"), *cookies]


def test_headers_are_joined_and_none_passes_for_another():
    ask(
        echo,
        headers=[
            (b"content-type", b"text/plain"),
            (b"cookie", b"a=1"),
            (b"cookie", b"b=2"),
            (b"accept", b"text/html"),
            (b"accept", b"*/*"),
            (b"x_forwarded_for", b"198.51.100.1"),
        ],
    )
    assert echo.environ["CONTENT_TYPE"] == "text/plain"
    assert echo.environ["HTTP_COOKIE"] == "a=1; b=2"
    assert echo.environ["HTTP_ACCEPT"] == "text/html,*/*"
    assert "HTTP_X_FORWARDED_FOR" not in echo.environ
    assert echo.environ["REMOTE_ADDR"] == "203.0.113.7"


def test_a_body_comes_in_pieces():
    chunked = [(b"transfer-encoding", b"chunked")]
    ask(echo, method="POST", headers=chunked, bodies=(b"eins", b"", b"zwei", b"drei"))
    assert echo.body == b"einszweidrei"


@pytest.mark.parametrize(
    ("method", "headers", "apart"),
    [
        ("GET", [], False),
        ("POST", [(b"content-length", b"4")], True),
        ("GET", [(b"content-length", b"4")], True),
        ("POST", [(b"transfer-encoding", b"chunked")], True),
    ],
)
def test_only_a_request_with_a_body_goes_to_a_thread(method, headers, apart):
    def app(_environ, start):
        app.thread = threading.current_thread().name
        start("200 OK", [])
        return [b""]

    ask(app, method=method, headers=headers, bodies=(b"body",))
    assert app.thread.startswith("request") is apart


def test_what_no_header_announces_is_no_body():
    ask(echo, method="POST", bodies=(b"the next request",))
    assert echo.body == b""


def test_what_is_not_read_is_not_fetched():
    def deaf(_environ, start):
        start("413 Too large", [])
        return []

    start, body = ask(deaf, method="POST", bodies=(b"x", b"never asked for"))
    assert (start["status"], body["body"]) == (413, b"")


def test_a_long_answer_is_sent_in_pieces_and_closed_once():
    closed = []

    class Long:
        def __iter__(self):
            return iter([b"x" * PIECE_BYTES, b"y" * PIECE_BYTES, b"z"])

        def close(self):
            closed.append(True)

    def app(_environ, start):
        start("200 OK", [])
        return Long()

    _start, *bodies = ask(app)
    assert b"".join(one["body"] for one in bodies) == (
        b"x" * PIECE_BYTES + b"y" * PIECE_BYTES + b"z"
    )
    assert [one["more_body"] for one in bodies] == [True, True, False]
    assert closed == [True]


def test_where_no_server_tells_the_raw_path_it_is_escaped_again():
    told = sent({"PATH_INFO": "/01/x/10/BĐ ".encode().decode("latin-1"), "QUERY_STRING": "a"})
    assert (told.path, told.query) == ("/01/x/10/B%C4%90%20", "a")

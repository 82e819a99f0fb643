"""Servers that others name: only those of the open internet are called, and not for ever."""

import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from kernel.calling import BadAddress, is_outside, need_outside, open_client


@pytest.mark.parametrize(
    "address",
    [
        "http://shop.example/hook",
        "ftp://shop.example",
        "https://",
        "shop.example",
        "https://user:word@shop.example/",
        "https://shop.example:99999/",
        "https://shop.example:0/",
        "https://127.0.0.1/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://[2002:a00:1::]/",
        "https://[fe80::1]/",
        "https://224.0.0.1/",
        "https://0.0.0.0/",
        "https://localhost/",
        "https://api.localhost./",
        "https://[::1/",
        "https://" + "x" * 70 + ".example/",
        "",
    ],
)
def test_what_no_server_outside_can_have_is_refused(address):
    with pytest.raises(BadAddress):
        need_outside(address)
    with pytest.raises(BadAddress):
        open_client(address, seconds=1)


@pytest.mark.parametrize(
    "address",
    ["https://shop.example/hook?x=1", "https://203.162.4.191:8443/", "https://chợ.vn/nhận"],
)
def test_a_server_outside_may_be_named(address):
    need_outside(address)


class Slow(BaseHTTPRequestHandler):
    """Answers one byte at a time."""

    def log_message(self, *_args):
        pass

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        try:
            for _ in range(100):
                self.wfile.write(b".")
                self.wfile.flush()
                time.sleep(0.05)
        except OSError:
            pass


@pytest.fixture(scope="module")
def slow():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def answering(*addresses):
    """Return a resolver that answers so."""

    def resolve(_host, port, **_more):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]

    return resolve


def test_a_name_that_leads_inside_is_not_called(slow, monkeypatch):
    port = int(slow.rpartition(":")[2])
    monkeypatch.setattr(socket, "getaddrinfo", answering("127.0.0.1", "192.168.1.1"))
    with (
        open_client(f"https://shop.example:{port}", seconds=2) as client,
        pytest.raises(httpx.ConnectError, match="no address outside"),
    ):
        client.get("/")


def test_the_address_that_was_judged_is_the_one_that_is_called(monkeypatch):
    called = []

    def connect(address, *_rest, **_more):
        called.append(address)
        raise OSError("not today")

    monkeypatch.setattr(socket, "getaddrinfo", answering("10.0.0.1", "203.162.4.191"))
    monkeypatch.setattr(socket, "create_connection", connect)
    with (
        open_client("https://shop.example", seconds=2) as client,
        pytest.raises(httpx.ConnectError),
    ):
        client.get("/")
    assert called == [("203.162.4.191", 443)]


def test_who_answers_by_the_byte_is_left(slow):
    began = time.monotonic()
    with open_client(slow, seconds=0.4, nearby=True) as client, pytest.raises(httpx.ReadTimeout):
        client.get("/")
    assert time.monotonic() - began < 2


def test_addresses_of_the_open_internet():
    import ipaddress

    assert is_outside(ipaddress.ip_address("8.8.8.8"))
    assert is_outside(ipaddress.ip_address("2001:4860:4860::8888"))
    assert not is_outside(ipaddress.ip_address("100.64.0.1"))

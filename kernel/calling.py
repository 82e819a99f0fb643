"""Calls to servers that others name: bounded in time, and never to a machine behind the market.

A name is resolved once and the address that was judged is the address that is called, so that a
name which answers differently the second time (DNS rebinding) leads nowhere. Nothing is
redirected, no proxy and no cookie of the environment is used.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from functools import lru_cache
from urllib.parse import urlsplit

import httpcore
import httpx

ANSWER_SECONDS = 10.0
"""So long one step of a call may take: to connect, to send, to read."""

_EMBEDDING = (
    # NAT64 and 6to4: an address of the old kind stands inside, and may lie behind the market.
    ipaddress.IPv6Network("64:ff9b::/96"),
    ipaddress.IPv6Network("64:ff9b:1::/48"),
    ipaddress.IPv6Network("2002::/16"),
)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class BadAddress(ValueError):
    """An address that is none, or that no server outside can have."""


def open_client(
    address: str,
    *,
    seconds: float,
    nearby: bool = False,
    headers: Mapping[str, str] | None = None,
) -> httpx.Client:
    """Return a client for one server; ``seconds`` is what all its calls may take together.

    ``nearby`` lets tests call this machine, without a certificate.

    :raises BadAddress: for anything but https, or an address that is certainly not outside.
    """
    need_outside(address, nearby=nearby)
    parts = urlsplit(address)
    return httpx.Client(
        base_url=f"{parts.scheme}://{parts.netloc}",
        headers=dict(headers or {}),
        timeout=ANSWER_SECONDS,
        follow_redirects=False,
        trust_env=False,
        transport=_Transport(_Outside(time.monotonic() + seconds, nearby=nearby)),
    )


def need_outside(address: str, *, nearby: bool = False) -> None:
    """Refuse what cannot be the address of a server outside; a name is judged when it is called.

    :raises BadAddress: then.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
        host.encode("idna")
    except ValueError:
        raise BadAddress(address) from None
    schemes = {"https", "http"} if nearby else {"https"}
    if parts.scheme not in schemes or not host or "@" in parts.netloc or port == 0:
        raise BadAddress(address)
    if nearby:
        return
    literal = _literal(host)
    if host.rstrip(".").endswith("localhost") or (literal and not is_outside(literal)):
        raise BadAddress(address)


def is_outside(address: Address) -> bool:
    """Tell whether an address is one of the open internet."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_outside(address.ipv4_mapped)
        if any(address in net for net in _EMBEDDING):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


@lru_cache
def _trusted() -> ssl.SSLContext:
    """Return whose certificates are believed; to read them takes longer than a call."""
    return httpx.create_ssl_context(trust_env=False)


class _Transport(httpx.HTTPTransport):
    """The usual transport over connections of ours."""

    def __init__(self, outside: "_Outside") -> None:
        context = _trusted()
        super().__init__(verify=context)
        self._pool = httpcore.ConnectionPool(ssl_context=context, network_backend=outside)


class _Outside(httpcore.NetworkBackend):
    """Connects to addresses of the open internet only, until an end that is fixed."""

    def __init__(self, end: float, *, nearby: bool) -> None:
        self._end, self._nearby = end, nearby
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Resolve a name once, and connect to the first address that may be called."""
        stream = self._inner.connect_tcp(
            self._resolve(host, port),
            port,
            _left(self._end, timeout),
            local_address,
            socket_options,
        )
        return _Stream(stream, self._end)

    def _resolve(self, host: str, port: int) -> str:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as problem:
            raise httpcore.ConnectError(str(problem)) from None
        for *_rest, where in found:
            if self._nearby or is_outside(ipaddress.ip_address(where[0])):
                return str(where[0])
        raise httpcore.ConnectError("this name leads to no address outside")


class _Stream(httpcore.NetworkStream):
    """A connection that ends with its call: who answers one byte at a time is not waited for."""

    def __init__(self, inner: httpcore.NetworkStream, end: float) -> None:
        self._inner, self._end = inner, end

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what is there."""
        return self._inner.read(max_bytes, _left(self._end, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send everything."""
        self._inner.write(buffer, _left(self._end, timeout))

    def close(self) -> None:
        """Close the connection."""
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Go on encrypted, with the server whose name was called."""
        inner = self._inner.start_tls(ssl_context, server_hostname, _left(self._end, timeout))
        return _Stream(inner, self._end)

    def get_extra_info(self, info: str) -> object:
        """Tell what the connection knows of itself."""
        return self._inner.get_extra_info(info)


def _left(end: float, timeout: float | None) -> float:
    """Return how long a step may take.

    :raises ReadTimeout: when the call has used up its time.
    """
    left = end - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the call took too long")
    return left if timeout is None else min(left, timeout)

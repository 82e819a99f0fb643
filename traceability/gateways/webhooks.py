"""Parcels of events go to the addresses that partners gave: outside only, for a bounded time."""

from urllib.parse import urlsplit

import httpx

from kernel.calling import BadAddress, open_client

MOST_SECONDS = 20.0
_VERSIONS = {"GS1-EPCIS-Version": "2.0.0", "GS1-CBV-Version": "2.0.0"}


def post(dest: str, body: bytes, headers: dict[str, str], *, nearby: bool = False) -> int:
    """Send a body and return the status of the answer; what the answer says is not read.

    :raises OSError: saying why, when there is no answer.
    """
    try:
        with (
            open_client(dest, seconds=MOST_SECONDS, nearby=nearby) as client,
            client.stream("POST", _path(dest), content=body, headers=_headers(headers)) as answer,
        ):
            return answer.status_code
    except BadAddress:
        raise OSError("the address is not one of the open internet") from None
    except (httpx.HTTPError, httpx.InvalidURL) as problem:
        raise OSError(f"{type(problem).__name__}: {problem}") from None


def _path(dest: str) -> str:
    parts = urlsplit(dest)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _headers(headers: dict[str, str]) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "User-Agent": "market-epcis",
        **_VERSIONS,
        **headers,
    }

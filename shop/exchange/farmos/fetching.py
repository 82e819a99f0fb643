"""The way to a farmOS server: OAuth 2, then page after page, bounded in time, size and aim."""

import json
from dataclasses import dataclass
from datetime import date
from urllib.parse import urljoin, urlsplit

import httpx

from kernel.calling import BadAddress, open_client
from kernel.errors import DomainError
from kernel.messages import msg
from shop.exchange.farmos.reading import LOG_TYPES, BadAnswer, Log, Pulled, read_page

PAGE = 50
MOST_LOGS = 2000
MOST_SECONDS = 25.0
MOST_BYTES = 8 * 2**20


class NoServer(DomainError):
    """A server that cannot be asked."""

    code, status = "no_server", 422
    message = msg("This server cannot be reached. Check the address.")


class NotLetIn(DomainError):
    """A server that refuses the name or the password."""

    code, status = "not_let_in", 422
    message = msg("The server refuses this name and password.")


@dataclass
class Server:
    """A farmOS server, asked as one of its users; ``nearby`` lets tests ask this machine.

    Nothing is kept of what it is told.
    """

    address: str
    nearby: bool = False

    def pull(self, user: str, password: str, *, since: date | None) -> Pulled:
        """Return the logs of a user since a day, at most two thousand.

        :raises NoServer: for an address that is none, or a server that does not answer in time.
        :raises NotLetIn: when it refuses the user.
        :raises BadAnswer: when it is no farmOS.
        """
        with self._client() as client:
            self._sign_in(client, user, password)
            logs: list[Log] = []
            names: dict[str, str] = {}
            for log_type in LOG_TYPES:
                self._read(client, log_type, since, logs, names)
            return Pulled(tuple(logs), names)

    def _client(self) -> httpx.Client:
        try:
            return open_client(
                self.address,
                seconds=MOST_SECONDS,
                nearby=self.nearby,
                headers={"Accept": "application/vnd.api+json"},
            )
        except BadAddress:
            raise NoServer(
                msg("Write the address of the server, such as https://farm.example.")
            ) from None

    def _sign_in(self, client: httpx.Client, user: str, password: str) -> None:
        answer = self._ask(
            client,
            "POST",
            "/oauth/token",
            data={
                "grant_type": "password",
                "client_id": "farm",
                "username": user,
                "password": password,
            },
        )
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(token, str):
            raise BadAnswer
        client.headers["Authorization"] = f"Bearer {token}"

    def _read(
        self,
        client: httpx.Client,
        log_type: str,
        since: date | None,
        logs: list[Log],
        names: dict[str, str],
    ) -> None:
        query = f"include=asset,location,quantity,quantity.units&page[limit]={PAGE}&sort=timestamp"
        if since:
            query += f"&filter[t][condition][path]=timestamp&filter[t][condition][operator]=%3E%3D&filter[t][condition][value]={since.isoformat()}"
        path: str | None = f"/api/log/{log_type}?{query}"
        while path and len(logs) < MOST_LOGS:
            page = read_page(self._ask(client, "GET", path), log_type)
            logs += page.logs
            names.update(page.names)
            path = self._next(page.next)

    def _next(self, address: str | None) -> str | None:
        """Return the path of the next page; whatever host it names, it is asked of this server."""
        if address is None:
            return None
        parts = urlsplit(urljoin(self.address, address))
        return f"{parts.path}?{parts.query}"

    def _ask(
        self, client: httpx.Client, method: str, path: str, data: dict[str, str] | None = None
    ) -> object:
        try:
            with client.stream(method, path, data=data) as answer:
                if answer.status_code in {400, 401, 403} and path.startswith("/oauth"):
                    raise NotLetIn
                if answer.status_code == 404 and path.startswith("/api/log"):
                    # This kind of log is not switched on there.
                    return {"data": []}
                if answer.status_code != httpx.codes.OK:
                    raise BadAnswer
                return json.loads(_body(answer))
        except httpx.TimeoutException:
            raise NoServer(msg("The server takes too long. Take in fewer days at once.")) from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise NoServer from None
        except (ValueError, RecursionError):
            raise BadAnswer from None


def _body(answer: httpx.Response) -> bytes:
    got = bytearray()
    for piece in answer.iter_bytes():
        got += piece
        if len(got) > MOST_BYTES:
            raise BadAnswer
    return bytes(got)

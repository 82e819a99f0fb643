"""The line to a Meilisearch server: kept open, never waited for long, left alone after a break."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import requests  # noqa: TID251 - what the official client speaks through
from meilisearch import Client
from meilisearch.errors import MeilisearchApiError, MeilisearchCommunicationError, MeilisearchError
from meilisearch.models.task import TaskInfo

from catalog.search.engine import EngineDown, IndexGone

CONNECT_SECONDS = 1.0
REST_SECONDS = 2.0
"""After a break nobody waits for the server again this long: pages are answered without it."""

FIRST_LOOK, MOST_BETWEEN_LOOKS = 0.01, 0.5


Start = Callable[[Client], TaskInfo]


class TaskRefused(Exception):
    """The server will not do what it was asked: trying the same again is of no use."""


class Link:
    """Speaks to one server with one key.

    :raises EngineDown: from everything, when there is no good answer in time.
    """

    def __init__(self, url: str, key: str, *, seconds: float) -> None:
        self.url = url
        self._client = Client(url, key or None)
        # The library hands it on as it is; a pair means to connect, and to answer.
        self._client.config.timeout = (CONNECT_SECONDS, seconds)  # type: ignore[assignment]
        _keep_open(self._client)
        self._rests_until = 0.0

    def ask(
        self, questions: Sequence[Mapping[str, Any]], federation: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the answers to several searches, as one list of hits if federated."""
        with self.reaching() as client:
            return client.multi_search(questions, federation)

    def do(self, start: Start, *, seconds: float) -> None:
        """Have the server do something, and wait until it is done.

        :raises TaskRefused: when it will never do that.
        """
        self.wait(self.begin(start), seconds=seconds)

    def begin(self, start: Start) -> int:
        """Have the server begin something; return the number of its task."""
        with self.reaching() as client:
            return start(client).task_uid

    def wait(self, task_uid: int, *, seconds: float) -> None:
        """Wait for the end of a task."""
        until, pause = time.monotonic() + seconds, FIRST_LOOK
        while True:
            with self.reaching() as client:
                task = client.get_task(task_uid)
            if task.status == "succeeded":
                return
            if task.status in {"failed", "canceled"}:
                raise _failure(task_uid, task.status, task.error or {})
            if time.monotonic() > until:
                raise EngineDown(f"task {task_uid} is not done after {seconds:.0f} s")
            time.sleep(pause)
            pause = min(1.5 * pause, MOST_BETWEEN_LOOKS)

    @contextmanager
    def reaching(self) -> Iterator[Client]:
        """Give the client; what goes wrong with it means that the engine is down."""
        if time.monotonic() < self._rests_until:
            raise EngineDown(f"{self.url} did not answer a moment ago")
        try:
            yield self._client
        except MeilisearchApiError as error:
            kind = IndexGone if error.code == "index_not_found" else EngineDown
            raise kind(f"{self.url}: {error.message}"[:500]) from error
        except (MeilisearchError, requests.RequestException) as error:
            self._rests_until = time.monotonic() + REST_SECONDS
            raise EngineDown(f"{self.url}: {error}"[:500]) from error


def _failure(task_uid: int, status: str, error: Mapping[str, Any]) -> Exception:
    said = f"task {task_uid} {status}: {error.get('message', '')}"[:500]
    if error.get("code") == "index_not_found":
        return IndexGone(said)
    return TaskRefused(said) if error.get("type") == "invalid_request" else EngineDown(said)


def _keep_open(client: Client) -> None:
    """Have a client use one connection again and again: a new one each time costs as much as a search."""
    sessions = threading.local()
    send = client.http.send_request

    def send_kept(method: Callable[..., Any], path: str, *rest: Any, **more: Any) -> Any:
        for is_last in (False, True):
            if not hasattr(sessions, "open"):
                sessions.open = requests.Session()
                # Compressed answers come in pieces, 40 ms apart.
                sessions.open.headers["Accept-Encoding"] = "identity"
            try:
                return send(getattr(sessions.open, method.__name__), path, *rest, **more)
            except MeilisearchCommunicationError:
                # The server closes what was idle; only a fresh connection tells whether it is there.
                del sessions.open
                if is_last:
                    raise
        raise AssertionError("one of two tries returns or raises")

    client.http.send_request = send_kept  # type: ignore[method-assign, assignment]

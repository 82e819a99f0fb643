"""Writes an index of a Meilisearch server, and makes it anew beside the one in use."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from operator import methodcaller
from typing import Any

from meilisearch.models.task import TaskInfo

from catalog.search.documents import Document
from catalog.search.engine import IndexGone, Told
from catalog.search.meilisearch.layout import SETTINGS, key, stored, wrong_settings
from catalog.search.meilisearch.link import Link, Start
from kernel import clock
from kernel.ids import new_id

BATCH = 1000
MOST_WAITING = 4
"""Batches that the server may be behind: what waits there lies on its disk."""

WRITE_SECONDS, REBUILD_SECONDS = 60.0, 1800.0
FORGOTTEN_AFTER = timedelta(hours=12)


class Writer:
    """Writes one index; needs a key that may do so."""

    def __init__(self, link: Link, uid: str) -> None:
        self._link, self._uid = link, uid

    def check(self) -> None:
        """Make sure that the index is there and has the settings of this layout.

        Whatever is written to an index that is not there would make one without settings.

        :raises IndexGone: when it must be built anew.
        """
        with self._link.reaching() as client:
            wrong = wrong_settings(client.index(self._uid).get_settings())
        if wrong:
            raise IndexGone(f"{self._uid}: other settings of {', '.join(wrong)}")

    def add(self, documents: Iterable[Document]) -> None:
        """Add listings, or put them in place of those of the same code."""
        self.check()
        for batch in _batches(documents):
            self._link.do(_adding(self._uid, batch), seconds=WRITE_SECONDS)

    def remove(self, codes: Collection[str]) -> None:
        """Forget listings."""
        self.check()
        if codes:
            self._link.do(
                _removing(self._uid, [key(code) for code in codes]), seconds=WRITE_SECONDS
            )

    def rebuild(self, documents: Iterable[Document], tell: Told) -> int:
        """Fill an index beside the one in use and swap them; return how many are in it."""
        self._forget_unfinished()
        beside = f"{self._uid}-{new_id().lower()}"
        self._create(beside)
        try:
            count = self._fill(beside, documents, tell)
            self._change_over(beside)
        finally:
            self._link.begin(lambda client: client.delete_index(beside))
        return count

    def drop(self) -> None:
        """Delete the index."""
        self._link.do(lambda client: client.delete_index(self._uid), seconds=WRITE_SECONDS)

    def count(self) -> int:
        """Return how many listings are in the index."""
        with self._link.reaching() as client:
            return client.index(self._uid).get_stats().number_of_documents

    def _create(self, uid: str) -> None:
        self._link.do(
            lambda client: client.create_index(uid, {"primaryKey": "key"}), seconds=WRITE_SECONDS
        )
        self._link.do(
            lambda client: client.index(uid).update_settings(SETTINGS), seconds=WRITE_SECONDS
        )

    def _fill(self, uid: str, documents: Iterable[Document], tell: Told) -> int:
        waiting: list[int] = []
        count = 0
        for batch in _batches(documents):
            waiting.append(self._link.begin(_adding(uid, batch)))
            count += len(batch)
            tell(count)
            while len(waiting) > MOST_WAITING:
                self._link.wait(waiting.pop(0), seconds=REBUILD_SECONDS)
        for task_uid in waiting:
            self._link.wait(task_uid, seconds=REBUILD_SECONDS)
        return count

    def _change_over(self, beside: str) -> None:
        try:
            with self._link.reaching() as client:
                client.get_raw_index(self._uid)
        except IndexGone:
            self._create(self._uid)
        self._link.do(
            lambda client: client.swap_indexes([{"indexes": [self._uid, beside]}]),
            seconds=WRITE_SECONDS,
        )

    def _forget_unfinished(self) -> None:
        """Delete what a rebuild left that never came to its end."""
        before = clock.now() - FORGOTTEN_AFTER
        with self._link.reaching() as client:
            # Another page of them is for the next time.
            found: Any = client.get_raw_indexes({"limit": 1000})
        for index in found["results"]:
            is_old = datetime.fromisoformat(index["createdAt"]) < before
            if is_old and index["uid"].startswith(f"{self._uid}-"):
                self._link.begin(methodcaller("delete_index", index["uid"]))


def _removing(uid: str, keys: list[str]) -> Start:
    # By their keys: a filter takes capital letters for small ones.
    path = f"indexes/{uid}/documents/delete-batch"
    return lambda client: TaskInfo(**client.http.post(path, keys))


def _adding(uid: str, batch: list[dict[str, Any]]) -> Start:
    return lambda client: client.index(uid).add_documents(batch)


def _batches(documents: Iterable[Document]) -> Iterator[list[dict[str, Any]]]:
    made = map(stored, documents)
    while batch := list(islice(made, BATCH)):
        yield batch

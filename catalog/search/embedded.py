"""The search engine inside the house: tantivy, an index in a folder of this machine.

``current`` names the folder of the index in use; a rebuild makes a new one and
puts its name there at once. Readers look at the name and at the last commit at
most once in ``LOOK_SECONDS``. Whoever writes holds the lock of the folder, so
that no change falls between an old index and a new one.
"""

import fcntl
import shutil
import threading
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import tantivy

from catalog.search.asking import Asker
from catalog.search.documents import Document
from catalog.search.engine import (
    MOST_LETTERS,
    EngineDown,
    Filters,
    Health,
    IndexGone,
    Results,
    SearchEngine,
    SignalValue,
    Sort,
    Suggestion,
    Told,
)
from catalog.search.finding import Finder, Span
from catalog.search.meaning import understand
from catalog.search.ranking import explain, rank, words_meant
from catalog.search.storing import SCHEMA, stored
from catalog.search.suggesting import Label, labels_of, matching_labels, titles
from catalog.search.words import DEFAULT_WAYS, Reading, Ways, readings
from kernel.ids import new_id

LAYOUT = "v4"
"""Changed whenever the fields change: an index of another layout is not read."""

LOOK_SECONDS = 0.5
HEAP_BYTES = 30_000_000
REBUILD_BYTES = 250_000_000
"""What is held in memory before it is written as a part of the index: each question is put to
each part, so that a whole market had better be one."""
MOST_PAGES = 200
TELL_EVERY = 500


@dataclass
class _Open:
    """An index that is open for reading."""

    name: str
    index: tantivy.Index
    looked_at: float
    # When it was last written, by its own account, and what listings were filed under then.
    written: int = 0
    labels: Sequence[Label] | None = None


class TantivyEngine(SearchEngine):
    """Searches an index on local disk; many processes may read, one at a time writes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._open: _Open | None = None
        self._guard = threading.Lock()

    def index(self, documents: Iterable[Document]) -> None:
        with self._writing() as writer:
            for document in documents:
                made = stored(document)
                writer.delete_documents_by_term("code", document.code)
                writer.add_document(made)

    def remove(self, codes: Collection[str]) -> None:
        with self._writing() as writer:
            for code in codes:
                writer.delete_documents_by_term("code", code)

    def rebuild(self, documents: Iterable[Document], *, tell: Told = lambda _count: None) -> int:
        count = 0
        with self._locked():
            name = f"{LAYOUT}-{new_id()}"
            folder = self.path / name
            folder.mkdir()
            # Leaving the block commits and waits until all is on disk.
            with tantivy.Index(SCHEMA, path=str(folder)).writer(REBUILD_BYTES, 1) as writer:
                for document in documents:
                    writer.add_document(stored(document))
                    count += 1
                    if count % TELL_EVERY == 0:
                        tell(count)
            self._change_over(name)
        self._open = None
        return count

    def search(
        self,
        query: str,
        *,
        filters: Filters = Filters(),  # noqa: B008 - frozen
        sort: Sort = Sort.RELEVANCE,
        page: int = 1,
        per_page: int = 24,
        lang: str = "vi",
        ways: Ways = DEFAULT_WAYS,
        month: int | None = None,
    ) -> Results:
        with self._reading() as searcher:
            meaning = understand(Asker(SCHEMA, searcher), query, ways)
            span = Span((min(max(page, 1), MOST_PAGES) - 1) * per_page, per_page)
            finder = Finder(searcher, meaning.asked, filters)
            if meaning.readings and sort is Sort.RELEVANCE:
                found = finder.ranked(meaning.readings, span, month=month, lang=lang)
            else:
                found = finder.sorted(sort, span)
            return Results(
                codes=found.codes,
                total=finder.total(meaning.count if meaning.asked else None),
                facets=finder.facets(),
                suggestion=meaning.spelling,
                meant=found.meant or words_meant(meaning.readings, ()),
            )

    def explain(
        self,
        query: str,
        codes: Collection[str],
        *,
        lang: str = "vi",
        ways: Ways = DEFAULT_WAYS,
        month: int | None = None,
    ) -> dict[str, list[SignalValue]]:
        with self._reading() as searcher:
            meant = understand(Asker(SCHEMA, searcher), query, ways).readings
            finder = Finder(searcher, None, Filters(codes=codes))
            hits = rank(meant, finder.candidates(len(codes)), month=month, lang=lang)
            return {hit.code: explain(hit) for hit in hits}

    def suggest(
        self, prefix: str, *, lang: str = "vi", limit: int = 8, ways: Ways = DEFAULT_WAYS
    ) -> list[Suggestion]:
        try:
            with self._reading() as searcher:
                asker = Asker(SCHEMA, searcher)
                labels = matching_labels(self._labels(searcher), prefix[:MOST_LETTERS], lang)
                meant = readings(prefix, asker.knows, ways, asker.begins)
                return [*labels, *titles(asker, meant, lang, limit)][:limit]
        except EngineDown:
            return []

    def understand(self, query: str, *, ways: Ways = DEFAULT_WAYS) -> Sequence[Reading]:
        with self._reading() as searcher:
            return understand(Asker(SCHEMA, searcher), query, ways).readings

    def health(self) -> Health:
        try:
            with self._reading() as searcher:
                return Health(documents=searcher.num_docs)
        except EngineDown as down:
            return Health(problem=str(down), is_gone=True)

    @contextmanager
    def _reading(self) -> Iterator[tantivy.Searcher]:
        """Give the newest state of the index; any damage found means that the engine is down."""
        try:
            yield self._searcher()
        except EngineDown:
            raise
        except BaseException as error:
            # The library panics on some kinds of damage, and panics are no Exceptions.
            if not isinstance(error, ValueError | OSError) and not _is_panic(error):
                raise
            self._open = None
            raise IndexGone(f"{type(error).__name__}: {error}") from error

    def _searcher(self) -> tantivy.Searcher:
        now = time.monotonic()
        with self._guard:
            opened = self._open
            if opened is None or now - opened.looked_at > LOOK_SECONDS:
                name = self._current()
                if opened is None or opened.name != name:
                    index = tantivy.Index.open(str(self.path / name))
                    index.config_reader("manual")
                    opened = _Open(name, index, now)
                written = (self.path / name / "meta.json").stat().st_mtime_ns
                if written != opened.written:
                    opened.index.reload()
                    opened.written, opened.labels = written, None
                opened.looked_at = now
                self._open = opened
            return opened.index.searcher()

    def _labels(self, searcher: tantivy.Searcher) -> Sequence[Label]:
        opened = self._open
        if opened is None:
            return labels_of(searcher)
        if opened.labels is None:
            opened.labels = labels_of(searcher)
        return opened.labels

    def _current(self) -> str:
        try:
            name = (self.path / "current").read_text().strip()
        except OSError:
            raise IndexGone("there is no index yet") from None
        if not name.startswith(f"{LAYOUT}-"):
            raise IndexGone("the index has an older layout")
        return name

    @contextmanager
    def _writing(self) -> Iterator[tantivy.IndexWriter]:
        """Give the writer of the index in use; what was written is committed at the end."""
        with self._locked():
            try:
                writer = tantivy.Index.open(str(self.path / self._current())).writer(HEAP_BYTES, 1)
            except ValueError as error:
                raise IndexGone(str(error)) from error
            with writer:
                yield writer
        # Whoever writes sees it at once.
        self._open = None

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _change_over(self, name: str) -> None:
        """Put a new index in use; the one before stays for those who are reading it."""
        new, current = self.path / "current.new", self.path / "current"
        before = current.read_text().strip() if current.exists() else ""
        new.write_text(name)
        new.replace(current)
        for folder in self.path.iterdir():
            if folder.is_dir() and folder.name not in {name, before}:
                shutil.rmtree(folder, ignore_errors=True)


def _is_panic(error: BaseException) -> bool:
    return type(error).__name__ == "PanicException"

"""What is searched for and opened, counted in memory and handed to the worker.

A page that is looked at writes nothing: each process keeps sums and hands them
over every few seconds, so that a search costs its page some microseconds. No
browser, person or time goes with them. What a process had not handed over when
it died is lost: these are statistics.

A hit that is opened is known by the address the browser came from, so links
carry nothing and nothing is asked of a browser.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from typing import Generic, TypeVar
from urllib.parse import parse_qs, urlsplit

from flask import Flask, Response, request

from catalog.rules.searching import Note, is_bot, kept_words
from kernel import clock, jobs
from kernel.settings import Settings
from kernel.web.language import current_language
from kernel.web.limits import visitor
from kernel.web.session import part, provide

SEARCHED = "searched"
SECONDS = 2.0
WINDOW_SECONDS = 60.0
MOST_A_VISITOR, MOST_VISITORS, MOST_NOTES = 20, 10_000, 1_000
"""In a window and process: nobody fills the log, or the memory, with inventions."""

LISTING = "browse.listing"
SEARCH_PATH = "/search"
# All else narrows: a filter that leaves nothing says nothing about the words.
_PLAIN = frozenset({"q", "page", "lang", "sort"})

Noted = TypeVar("Noted", bound=Hashable)
Tell = Callable[[Mapping[Noted, int]], None]


class Tally(Generic[Noted]):
    """The sums of one process since it last handed them over."""

    def __init__(self, tell: Tell[Noted]) -> None:
        self._tell = tell
        self._lock = threading.Lock()
        self._sums: Counter[Noted] = Counter()
        self._seen: dict[str, set[Noted]] = {}
        self._opened_at = 0.0

    def add(self, note: Noted, *, by: str) -> None:
        """Count something once a minute for each visitor, who is forgotten then."""
        with self._lock:
            if not self._is_new(note, by) or len(self._sums) >= MOST_NOTES:
                return
            is_first = not self._sums
            self._sums[note] += 1
        if is_first:
            timer = threading.Timer(SECONDS, self.send)
            timer.daemon = True
            timer.start()

    def send(self) -> None:
        """Hand the sums to the worker."""
        with self._lock:
            sums, self._sums = self._sums, Counter()
        if sums:
            self._tell(dict(sums))

    def _is_new(self, note: Noted, by: str) -> bool:
        now = time.monotonic()
        if now - self._opened_at > WINDOW_SECONDS:
            self._seen, self._opened_at = {}, now
        if by not in self._seen and len(self._seen) >= MOST_VISITORS:
            return False
        seen = self._seen.setdefault(by, set())
        if note in seen or len(seen) >= MOST_A_VISITOR:
            return False
        seen.add(note)
        return True


def install(app: Flask, settings: Settings) -> None:
    """Give the application its tally, and have it see which hits are opened."""
    provide(app, Tally, Tally(jobs.teller(jobs.open_queue(settings), SEARCHED)))
    app.after_request(_note_opened)


def note_search(words: str, *, found: bool) -> None:
    """Count the search of this request, if it is the first page of plain words."""
    is_plain = _is_plain(request.args.to_dict()) and request.args.get("page", "1") == "1"
    kept = kept_words(words) if is_plain and request.method == "GET" else ""
    if kept:
        _note(kept, found=found)


def _note_opened(response: Response) -> Response:
    """Count a listing that was opened from a page of hits."""
    if request.endpoint == LISTING and response.status_code == 200 and request.method == "GET":
        words = _came_from()
        if words:
            _note(words, code=str((request.view_args or {}).get("code", "")))
    return response


def _note(words: str, *, found: bool = True, code: str = "") -> None:
    if _is_unasked() or is_bot(request.headers.get("User-Agent", "")):
        return
    day = clock.local_date(clock.now())
    part(Tally).add(Note(day, current_language(), words, found, code), by=visitor())


def _is_unasked() -> bool:
    """Tell whether a browser fetches a page that nobody has asked for yet."""
    purpose = request.headers.get("Sec-Purpose", request.headers.get("Purpose", ""))
    return "prefetch" in purpose.lower()


def _came_from() -> str:
    """Return the words of the page of hits that a link was followed from, if it was one."""
    try:
        came = urlsplit(request.headers.get("Referer", ""))
        # A search of plain words has few fields: others are not read.
        asked = {key: values[0] for key, values in parse_qs(came.query, max_num_fields=10).items()}
    except ValueError:
        return ""
    if came.path != SEARCH_PATH or came.netloc != request.host or not _is_plain(asked):
        return ""
    return kept_words(asked.get("q", ""))


def _is_plain(asked: Mapping[str, str]) -> bool:
    """Tell whether nothing but words was asked for, in the market's own order."""
    return not {key for key, value in asked.items() if value} - _PLAIN and asked.get(
        "sort", ""
    ) in {"", "relevance"}

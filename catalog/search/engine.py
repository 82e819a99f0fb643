"""What every search engine of the market does: one interface, whatever runs behind it.

Web processes read; only the worker writes.
"""

import enum
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from catalog.search.documents import Document
from kernel.messages import LABELS, msg

MOST_LETTERS = 200
"""Letters of a query that are looked at."""


class Sort(enum.Enum):
    """In which order hits come."""

    RELEVANCE = "relevance"
    PRICE_UP = "price_up"
    PRICE_DOWN = "price_down"
    NEWEST = "newest"


LABELS.update(
    {
        Sort.RELEVANCE: msg("Best match"),
        Sort.PRICE_UP: msg("Price, lowest first"),
        Sort.PRICE_DOWN: msg("Price, highest first"),
        Sort.NEWEST: msg("Newest"),
    }
)


@dataclass(frozen=True)
class Filters:
    """What a hit must be; of several values of one kind any will do, and empty means all.

    ``categories`` and ``vendors`` are slugs, ``communes`` keys, ``kinds`` and
    ``schemes`` the values of their enums, prices those of the card in đồng.
    """

    kinds: Collection[str] = ()
    categories: Collection[str] = ()
    communes: Collection[str] = ()
    schemes: Collection[str] = ()
    vendors: Collection[str] = ()
    price_from: int | None = None
    price_to: int | None = None
    month: int | None = None


@dataclass(frozen=True)
class FacetCount:
    """How many hits have a value."""

    value: str
    count: int


@dataclass(frozen=True)
class Results:
    """A page of hits by listing code; facets by ``kinds``, ``categories``, ``communes``, ``schemes``.

    A facet counts what the other filters leave, so that its values can be
    exchanged. ``suggestion`` is a better spelling, if nothing was found.
    """

    codes: Sequence[str]
    total: int
    facets: Mapping[str, Sequence[FacetCount]] = field(default_factory=dict)
    suggestion: str = ""


@dataclass(frozen=True)
class Suggestion:
    """A way on from what was typed so far; ``kind``: listing, category, place.

    ``value`` is the words of a listing's name, a category's slug or a commune's key.
    """

    kind: str
    text: str
    value: str


@dataclass(frozen=True)
class Health:
    """Whether the engine answers; ``problem`` is for operators."""

    documents: int = 0
    problem: str = ""

    @property
    def is_well(self) -> bool:
        """Tell whether it answers."""
        return not self.problem


class EngineDown(Exception):
    """No index, a broken one, or no connection: answer from the database."""


class SearchEngine(ABC):
    """Finds listings by words."""

    @abstractmethod
    def index(self, documents: Iterable[Document]) -> None:
        """Add listings, or put them in place of those of the same code."""

    @abstractmethod
    def remove(self, codes: Collection[str]) -> None:
        """Forget listings; unknown codes are no error."""

    @abstractmethod
    def rebuild(self, documents: Iterable[Document]) -> int:
        """Make the index anew beside the old one, change over at once; return how many are in it."""

    @abstractmethod
    def search(
        self,
        query: str,
        *,
        filters: Filters = Filters(),
        sort: Sort = Sort.RELEVANCE,
        page: int = 1,
        per_page: int = 24,
        lang: str = "vi",
    ) -> Results:
        """Return a page of hits; no words mean everything.

        :raises EngineDown: when the index cannot be read.
        """

    @abstractmethod
    def suggest(self, prefix: str, *, lang: str = "vi", limit: int = 8) -> list[Suggestion]:
        """Return ways on from the first letters of something; nothing when the engine is down."""

    @abstractmethod
    def health(self) -> Health:
        """Tell whether searches are answered."""

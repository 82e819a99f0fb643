"""What every search engine of the market does: one interface, whatever runs behind it.

Web processes read; only the worker writes.
"""

import enum
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from catalog.search.documents import Document
from catalog.search.words import DEFAULT_WAYS, MOST_LETTERS, Reading, Ways
from kernel.errors import Unreachable
from kernel.messages import LABELS, msg

__all__ = [
    "FACETS",
    "MOST_LETTERS",
    "EngineDown",
    "FacetCount",
    "Filters",
    "Health",
    "IndexGone",
    "Near",
    "Results",
    "SearchEngine",
    "SignalValue",
    "Sort",
    "Suggestion",
    "Told",
]

Told = Callable[[int], None]
"""Hears of progress."""


class Sort(enum.Enum):
    """In which order hits come."""

    RELEVANCE = "relevance"
    PRICE_UP = "price_up"
    PRICE_DOWN = "price_down"
    NEWEST = "newest"
    UNIT_PRICE_UP = "unit_price_up"
    RATING = "rating"
    NEAREST = "nearest"


LABELS.update(
    {
        Sort.RELEVANCE: msg("Best match"),
        Sort.PRICE_UP: msg("Price, lowest first"),
        Sort.PRICE_DOWN: msg("Price, highest first"),
        Sort.NEWEST: msg("Newest"),
        Sort.UNIT_PRICE_UP: msg("Price per kg or litre, lowest first"),
        Sort.RATING: msg("Best rated"),
        Sort.NEAREST: msg("Nearest first"),
    }
)


@dataclass(frozen=True)
class Near:
    """A circle: degrees of WGS 84, and how far around in metres."""

    lat: float
    lon: float
    metres: int


@dataclass(frozen=True)
class Filters:
    """What a hit must be; of several values of one kind any will do, and empty means all.

    ``categories`` and ``vendors`` are slugs, ``communes`` keys, ``districts`` keys of
    districts until 2025 (see `catalog.search.documents`), ``kinds`` and ``schemes`` the
    values of their enums, prices those of the card in đồng, unit prices đồng per kg,
    litre or piece, ``rating_from`` the lowest mean of stars (1 to 5), ``month`` one of the
    season (1 to 12), ``delivered_to`` the key of the buyer's commune.

    ``codes`` are the only listings wanted (None: all), such as visits with free seats on a
    day; ``near`` the only place. ``Sort.NEAREST`` needs ``near``.
    """

    kinds: Collection[str] = ()
    categories: Collection[str] = ()
    communes: Collection[str] = ()
    districts: Collection[str] = ()
    schemes: Collection[str] = ()
    vendors: Collection[str] = ()
    price_from: int | None = None
    price_to: int | None = None
    unit_price_from: int | None = None
    unit_price_to: int | None = None
    rating_from: int | None = None
    month: int | None = None
    delivered_to: str = ""
    codes: Collection[str] | None = None
    near: Near | None = None


@dataclass(frozen=True)
class FacetCount:
    """How many hits have a value."""

    value: str
    count: int


@dataclass(frozen=True)
class Results:
    """A page of hits by listing code; facets by the names of `FACETS`.

    A facet counts what the other filters leave, so that its values can be
    exchanged. ``suggestion`` is a better spelling, if nothing was found. ``meant``
    are the folded words that were looked for, other ways to say it among them: to be
    marked in what is shown.
    """

    codes: Sequence[str]
    total: int
    facets: Mapping[str, Sequence[FacetCount]] = field(default_factory=dict)
    suggestion: str = ""
    meant: Sequence[str] = ()


@dataclass(frozen=True)
class SignalValue:
    """What one signal of `catalog.search.ranking` adds to a hit: its key, and how many points."""

    key: str
    points: float


@dataclass(frozen=True)
class Suggestion:
    """A way on from what was typed so far; ``kind``: listing, category, vendor, place.

    ``value`` is the words of a listing's name, the slug of a category or a vendor, or a
    commune's key.
    """

    kind: str
    text: str
    value: str


@dataclass(frozen=True)
class Health:
    """Whether the engine answers; ``problem`` is for operators, ``is_gone``: build it anew."""

    documents: int = 0
    problem: str = ""
    is_gone: bool = False

    @property
    def is_well(self) -> bool:
        """Tell whether it answers."""
        return not self.problem


FACETS: dict[str, int] = {
    "kinds": 10,
    "categories": 60,
    "communes": 60,
    "districts": 20,
    "schemes": 20,
    "vendors": 20,
}
"""Filters that are counted, and how many values at most."""


class EngineDown(Unreachable):
    """No index, a broken one, or no connection: answer from the database."""


class IndexGone(EngineDown):
    """There is no index of this layout, or it is damaged: it must be built anew."""


class SearchEngine(ABC):
    """Finds listings by words."""

    @abstractmethod
    def index(self, documents: Iterable[Document]) -> None:
        """Add listings, or put them in place of those of the same code."""

    @abstractmethod
    def remove(self, codes: Collection[str]) -> None:
        """Forget listings; unknown codes are no error."""

    @abstractmethod
    def rebuild(self, documents: Iterable[Document], *, tell: Told = lambda _count: None) -> int:
        """Make the index anew beside the old one, change over at once; return how many are in it.

        ``tell`` hears how many are written so far.
        """

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
        ways: Ways = DEFAULT_WAYS,
        month: int | None = None,
    ) -> Results:
        """Return a page of hits; no words mean everything.

        Of hits alike, those in season in ``month`` (1 to 12) come first.

        :raises EngineDown: when the index cannot be read.
        """

    @abstractmethod
    def explain(
        self,
        query: str,
        codes: Collection[str],
        *,
        lang: str = "vi",
        ways: Ways = DEFAULT_WAYS,
        month: int | None = None,
    ) -> dict[str, list[SignalValue]]:
        """Return by code what gives a hit its place among those of a query; unknown codes fail not.

        :raises EngineDown: when the index cannot be read.
        """

    @abstractmethod
    def suggest(
        self, prefix: str, *, lang: str = "vi", limit: int = 8, ways: Ways = DEFAULT_WAYS
    ) -> list[Suggestion]:
        """Return ways on from the first letters of something; nothing when the engine is down."""

    @abstractmethod
    def understand(self, query: str, *, ways: Ways = DEFAULT_WAYS) -> Sequence[Reading]:
        """Return what a query may mean, the likeliest first; none for one without words.

        :raises EngineDown: when the index cannot be read.
        """

    @abstractmethod
    def health(self) -> Health:
        """Tell whether searches are answered."""

"""The office looks into search: what was understood, and why each hit stands where it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import request

from accounts import guards
from catalog.desk.blueprint import blueprint
from catalog.forms.searching import QueryForm
from catalog.queries.cards import cards_by_code
from catalog.search.engine import EngineDown, Filters, SearchEngine, SignalValue
from catalog.search.ranking import SIGNALS, WINDOW, Signal
from catalog.search.words import Reading
from catalog.services.ways import KeptWays
from kernel import clock
from kernel.text import spell
from kernel.web.answers import Answer
from kernel.web.language import current_language
from kernel.web.pages import page
from kernel.web.session import db, part

readers = guards.needs("reviewer", "approver", "statistics", "operator")

HITS = 20
STRONGEST = max(abs(signal.weight) for signal in SIGNALS)


@dataclass(frozen=True)
class Part:
    """What one signal adds to a hit; ``share`` is of the most that any signal gives, in percent."""

    signal: Signal
    points: float
    share: int


@dataclass(frozen=True)
class Hit:
    """A hit in its place (0: it is none), its points and what they are made of."""

    code: str
    place: int
    title: Mapping[str, str]
    points: float
    parts: Sequence[Part]

    @property
    def strongest(self) -> Sequence[Part]:
        """Return what counts most, for or against it."""
        return sorted(self.parts, key=lambda part: -abs(part.points))[:2]


@dataclass(frozen=True)
class Compared:
    """Two listings side by side: the points of each by signal."""

    one: Hit
    other: Hit

    @property
    def lines(self) -> list[tuple[Signal, float, float]]:
        """Return each signal that says something of one of them."""
        points = [
            {part.signal: part.points for part in hit.parts} for hit in (self.one, self.other)
        ]
        return [
            (signal, points[0].get(signal, 0.0), points[1].get(signal, 0.0))
            for signal in SIGNALS
            if signal in points[0] or signal in points[1]
        ]

    @property
    def decisive(self) -> Signal | None:
        """Return the signal in which they differ most, or None when they are alike."""
        best = max(self.lines, key=lambda line: abs(line[1] - line[2]), default=None)
        return best[0] if best and best[1] != best[2] else None


@dataclass(frozen=True)
class Insight:
    """All there is to say of a query."""

    readings: Sequence[tuple[Reading, str]]
    total: int
    hits: Sequence[Hit]
    compared: Compared | None = None


@blueprint.get("/search")
@readers
def show_search() -> Answer:
    """Show what a query was understood as, its hits, and their points by signal."""
    form = QueryForm(request.args)
    status, insight, is_down = 200, None, False
    if not form.validate():
        status = 422
    elif form.q.data:
        try:
            insight = _look(form)
        except EngineDown:
            is_down = True
    shown = page("catalog/search/look.html", form=form, insight=insight, is_down=is_down)
    return shown, status


def _look(form: QueryForm) -> Insight:
    """Ask the engine as the storefront does.

    :raises EngineDown: when it does not answer.
    """
    words, lang = form.q.data or "", form.page_lang.data or current_language()
    engine, ways = part(SearchEngine), part(KeptWays).get(db())
    month = clock.local_date(clock.now()).month
    filters = Filters(kinds=[form.kind.data] if form.kind.data else [])
    found = engine.search(
        words, filters=filters, per_page=WINDOW, lang=lang, ways=ways, month=month
    )
    pair = _pair(form)
    codes = list(dict.fromkeys([*found.codes[:HITS], *pair]))
    points = engine.explain(words, codes, lang=lang, ways=ways, month=month)
    titles = {card.code: card.title for card in cards_by_code(db(), codes, now=clock.now())}
    places = {code: number for number, code in enumerate(found.codes, 1)}
    hits = {
        code: _hit(code, places.get(code, 0), titles.get(code, {}), values)
        for code, values in points.items()
    }
    return Insight(
        readings=[(one, _written(one)) for one in engine.understand(words, ways=ways)],
        total=found.total,
        hits=[hits[code] for code in found.codes[:HITS] if code in hits],
        compared=_compared([hits[code] for code in pair if code in hits]),
    )


def _pair(form: QueryForm) -> list[str]:
    """Return the codes that are compared, as they are written on the listings."""
    typed = (form.first.data or "", form.second.data or "")
    return [code.strip().upper() for code in typed if code.strip()]


def _compared(pair: Sequence[Hit]) -> Compared | None:
    return Compared(*pair) if len(pair) == 2 else None


def _written(reading: Reading) -> str:
    return " ".join(spell(word.toned) for word in reading.words)


def _hit(code: str, place: int, title: Mapping[str, str], values: Sequence[SignalValue]) -> Hit:
    points = {value.key: value.points for value in values}
    parts = [
        Part(signal, points[signal.key], round(100 * abs(points[signal.key]) / STRONGEST))
        for signal in SIGNALS
        if points.get(signal.key)
    ]
    return Hit(code, place, title, round(sum(points.values()), 2), parts)

"""Which season and what work each log of farmOS becomes: pure, so that it can be shown first."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kernel.clock import local_date
from kernel.errors import Invalid
from kernel.messages import msg
from kernel.quantity import Unit
from kernel.text import fold
from shop.exchange.farmos.reading import Amount, Log, Pulled
from traceability.queries import Holding, SeasonCard
from traceability.rules import Activity, EntryStatus, Measure, Measured
from traceability.services.diary import EntryFacts
from traceability.services.lots import HarvestFacts

ACTIVITIES = {
    "activity": Activity.CARE,
    "harvest": Activity.HARVEST,
    "lab_test": Activity.LAB_TEST,
    "maintenance": Activity.CARE,
    "observation": Activity.OBSERVATION,
    "seeding": Activity.SEEDING,
    "transplanting": Activity.SEEDING,
}
"""What "input" becomes is asked: farmOS does not tell fertiliser from pesticide."""

STATUSES = {
    "pending": EntryStatus.PENDING,
    "done": EntryStatus.DONE,
    "abandoned": EntryStatus.ABANDONED,
}
_UNITS = {
    "g": "g", "gram": "g", "grams": "g", "kg": "kg", "kilogram": "kg", "kilograms": "kg",
    "kilos": "kg", "l": "l", "liter": "l", "liters": "l", "litre": "l", "litres": "l",
    "ml": "ml", "milliliter": "ml", "milliliters": "ml", "millilitres": "ml",
    "piece": "piece", "pieces": "piece", "count": "piece", "": "piece",
}  # fmt: skip
_SPRAYED = ("spray", "foliar", "phun")


@dataclass(frozen=True)
class PlaceSeen:
    """One place of the server: its name, how often logs name it, and when."""

    uuid: str
    name: str
    logs: int
    first: date
    last: date


@dataclass(frozen=True)
class Planned:
    """One log and the season it goes to; no season: it is left out."""

    log: Log
    activity: Activity
    season_id: str | None

    @property
    def on(self) -> date:
        """The local day of the log."""
        return local_date(self.log.at)

    @property
    def client_key(self) -> str:
        """The same log into the same season is the same entry, however often it comes."""
        said = f"farmos\n{self.log.uuid}\n{self.season_id}"
        return hashlib.sha256(said.encode()).hexdigest()[:40]


def places_of(pulled: Pulled) -> list[PlaceSeen]:
    """Return the places that logs name, the most frequent first."""
    days: dict[str, list[date]] = {}
    for log in pulled.logs:
        for place in log.places:
            days.setdefault(place, []).append(local_date(log.at))
    seen = [
        PlaceSeen(key, pulled.names.get(key) or key[:8], len(on), min(on), max(on))
        for key, on in days.items()
    ]
    return sorted(seen, key=lambda place: (-place.logs, place.name))


def guess(places: Iterable[PlaceSeen], holdings: Sequence[Holding]) -> dict[str, str]:
    """Guess the season of each place: of the plot called the same, at that time."""
    seasons: dict[str, list[SeasonCard]] = {}
    for holding in holdings:
        for plot in holding.plots:
            for name in (plot.name, plot.code):
                seasons.setdefault(fold(name), []).extend(plot.seasons)
    return {
        place.uuid: found.id
        for place in places
        if (found := _at_that_time(place, seasons.get(fold(place.name), ())))
    }


def plan(
    pulled: Pulled, choices: Mapping[str, str], *, inputs_are: Activity | None = None
) -> list[Planned]:
    """Return every log with its season, once for each season it goes to, the oldest first.

    ``inputs_are`` says what inputs are; None: what was sprayed is a spraying, else fertiliser.
    """
    found: list[Planned] = []
    for log in sorted(pulled.logs, key=lambda one: (one.at, one.uuid)):
        activity = ACTIVITIES.get(log.type) or inputs_are or _input(log)
        chosen = dict.fromkeys(choices.get(place) for place in log.places)
        seasons: list[str | None] = [season for season in chosen if season]
        found += [Planned(log, activity, season) for season in seasons or [None]]
    return found


def count(planned: Iterable[Planned]) -> Counter[Activity]:
    """Count what goes in, by work."""
    return Counter(one.activity for one in planned if one.season_id)


def facts_of(planned: Planned) -> EntryFacts | HarvestFacts:
    """Return the entry or harvest that a log becomes.

    :raises Invalid: for a harvest without an amount that can be weighed or counted.
    """
    log = planned.log
    words = ". ".join(filter(None, (log.name, log.notes, log.lot_number)))
    if planned.activity is Activity.HARVEST:
        quantity, unit = _harvested(log.amounts)
        return HarvestFacts(
            client_key=planned.client_key,
            harvested_on=planned.on,
            quantity=quantity,
            unit=unit,
            note={"vi": words[:1000]},
        )
    return EntryFacts(
        client_key=planned.client_key,
        activity=planned.activity,
        done_on=planned.on,
        note={"vi": words[:1000]},
        happened_at=log.at,
        status=STATUSES.get(log.status, EntryStatus.DONE),
        input_name=log.name if log.type == "input" else "",
        quantities=tuple(_measured(one) for one in log.amounts),
    )


def _input(log: Log) -> Activity:
    words = fold(f"{log.name} {log.method}")
    return Activity.SPRAY if any(word in words for word in _SPRAYED) else Activity.FERTILISER


def _at_that_time(place: PlaceSeen, seasons: Sequence[SeasonCard]) -> SeasonCard | None:
    slack = timedelta(days=1)
    fits = (
        one
        for one in seasons
        if one.started_on - slack <= place.last
        and (one.ended_on is None or one.ended_on + slack >= place.first)
    )
    return next(fits, None)


def _harvested(amounts: Sequence[Amount]) -> tuple[int, Unit]:
    for amount in amounts:
        base = _measured(amount).base
        if base is not None and base[1] > 0:
            return base[1], base[0]
    raise Invalid(msg("Write how much was harvested, such as 120 kg."), field="quantity")


def _measured(amount: Amount) -> Measured:
    unit = _UNITS.get(fold(amount.unit), amount.unit)
    return Measured(Measure.OTHER, amount.numerator, amount.denominator, unit, amount.label)

"""A lot told in steps: from the diary of its field, by the events after, to the bag."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from kernel.messages import LABELS, msg
from shop.lot_facts import LotFacts
from traceability.queries import DiaryLine
from traceability.queries.journey import INWARD, Stop
from traceability.queries.sources import Source
from traceability.rules import Activity, LotState, WhatRole

MOST_PHOTOS = 6
PHOTOS_A_STAGE = 2


@dataclass(frozen=True)
class Stage:
    """Entries of one kind that follow each other in the diary, told as one step of the walk."""

    activity: Activity
    first: date
    last: date
    times: int
    lines: tuple[DiaryLine, ...]
    photos: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """Something that happened after the field: what, when, where; an icon for it."""

    words: str
    icon: str
    at: datetime
    place: str
    # Of which of its harvests it is told; empty: of the lot itself.
    harvest: str = ""
    # How warm it was, in degrees Celsius; None: nobody read a thermometer.
    coldest: float | None = None
    hottest: float | None = None
    # Who took part and agreed to be named.
    people: tuple[str, ...] = ()
    # How often it happened, and when last.
    times: int = 1
    last: datetime | None = None


@dataclass(frozen=True)
class LawLine:
    """A stage as Circular 02/2024/TT-BKHCN wants it: code of product, code of place, time."""

    words: str
    product: str
    place: str
    at: date | datetime


# Words of CBV 2.0 for people, and an icon; what is not here is no step that buyers are told.
STEPS: dict[str, tuple[str, str]] = {
    "commissioning": (msg("Lot made"), "basket"),
    "packing": (msg("Packed"), "box-seam"),
    "unpacking": (msg("Unpacked"), "box-seam"),
    "storing": (msg("Stored"), "house-door"),
    "sampling": (msg("Sample taken"), "clipboard-check"),
    "inspecting": (msg("Checked"), "clipboard-check"),
    "shipping": (msg("Sent on its way"), "truck"),
    "receiving": (msg("Arrived"), "shop"),
    "retail_selling": (msg("Sold"), "bag-check"),
    "holding": (msg("Put on hold"), "hourglass-split"),
    "destroying": (msg("Destroyed"), "exclamation-triangle"),
    "accepting": (msg("Taken back into stock"), "check2"),
    "returning": (msg("Sent back"), "arrow-left"),
}
HARVESTED = (msg("Harvested"), "basket")
# Lots leave in many parcels: told once, how often and until when.
OUTWARD = frozenset({"shipping", "retail_selling"})
# The last of these is shown by the state of the lot, at the head of the page.
STATE_STEPS = frozenset({"holding"})


def stages(entries: Iterable[DiaryLine]) -> list[Stage]:
    """Tell a diary as a walk: what was repeated is one step, with how often and what last."""
    runs: list[list[DiaryLine]] = []
    for line in entries:
        if runs and runs[-1][0].activity is line.activity:
            runs[-1].append(line)
        else:
            runs.append([line])
    left, told = MOST_PHOTOS, []
    for run in runs:
        taken = [digest for line in run for digest in line.media]
        photos = tuple(taken[-min(PHOTOS_A_STAGE, left) :]) if left else ()
        left -= len(photos)
        told.append(
            Stage(run[0].activity, run[0].done_on, run[-1].done_on, len(run), tuple(run), photos)
        )
    return told


def way(facts: LotFacts) -> list[Stop]:
    """Return the events on the way to this lot and from it, each once.

    Of its harvests only what was before it was made: they went to others, too.
    """
    own = {stop.seq for stop in facts.stops if stop.ref in facts.own}
    made_at = min((stop.at for stop in facts.stops if stop.seq in own), default=None)
    found: dict[int, Stop] = {}
    for stop in facts.stops:
        is_inward = stop.step in INWARD and (made_at is None or stop.at <= made_at)
        if stop.step not in STEPS or _is_renamed(stop) or not (stop.seq in own or is_inward):
            continue
        if stop.seq not in found or stop.ref in facts.own:
            found[stop.seq] = stop
    return list(found.values())


def steps(facts: LotFacts, *, from_diary: bool) -> list[Step]:
    """Tell events as steps; a harvest that the diary tells is not told twice."""
    told: list[Step] = []
    for stop in way(facts):
        is_told = from_diary and _is_harvest(stop) and stop.ref in facts.own
        if stop.step in STATE_STEPS or is_told:
            continue
        step = _step(facts, stop)
        before = _same(told, step) if stop.step in OUTWARD else None
        if before is None:
            told.append(step)
        else:
            told[before] = replace(told[before], times=told[before].times + 1, last=step.at)
    return told


def _step(facts: LotFacts, stop: Stop) -> Step:
    words, icon = HARVESTED if _is_harvest(stop) and not is_made(facts) else STEPS[stop.step]
    return Step(
        words,
        icon,
        stop.at,
        " · ".join(filter(None, (stop.place_name, stop.store))),
        facts.harvests.get(stop.ref, ""),
        stop.coldest,
        stop.hottest,
        facts.people.get(stop.seq, ()),
    )


def _same(told: Sequence[Step], step: Step) -> int | None:
    """Return which step told already says the same of the same place, if one does."""
    wanted = (step.words, step.place)
    places = (at for at, one in enumerate(told) if (one.words, one.place) == wanted)
    return next(places, None)


def harvested_by(facts: LotFacts) -> tuple[str, ...]:
    """Return who harvested the lot itself and agreed to be named: the diary names nobody."""
    own = (stop for stop in facts.stops if _is_harvest(stop) and stop.ref in facts.own)
    return tuple(dict.fromkeys(name for stop in own for name in facts.people.get(stop.seq, ())))


def law_lines(
    entries: Iterable[DiaryLine], stops: Iterable[Stop], *, product: str, place: str, made: bool
) -> list[LawLine]:
    """Return every stage of production and trade with its codes and its time."""
    field = [LawLine(LABELS[line.activity], product, place, line.done_on) for line in entries]
    trade = [
        LawLine(
            HARVESTED[0] if _is_harvest(stop) and not made else STEPS[stop.step][0],
            stop.ref,
            stop.place or place,
            stop.at,
        )
        for stop in stops
        if stop.step in STEPS
    ]
    return [*field, *trade]


def worst_of(sources: Sequence[Source]) -> LotState | None:
    """Return the worst state among the harvests of a packed lot, if one may not be sold."""
    states = {source.state for source in sources}
    return next((one for one in (LotState.RECALLED, LotState.HELD) if one in states), None)


def is_made(facts: LotFacts) -> bool:
    """Tell whether a lot was made, such as a cake: it grew on no field, and came of no other lot."""
    return facts.story.lot.season_id is None and not facts.sources


def _is_renamed(stop: Stop) -> bool:
    """Tell whether an event only says that it is a lot of who got it: that it came, another says."""
    return stop.step == "receiving" and stop.role is WhatRole.INPUT


def _is_harvest(stop: Stop) -> bool:
    made = stop.step == "commissioning" and stop.type == "ObjectEvent"
    return made and stop.role is not WhatRole.INPUT

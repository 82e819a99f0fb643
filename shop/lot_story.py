"""A lot told in steps: from the diary of its field, by the events after, to the bag."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from kernel.messages import LABELS, msg
from shop.lot_facts import LotFacts
from traceability.queries import DiaryLine, LotCard
from traceability.queries.journey import Stop
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
    lot_code: str = ""
    # How warm it was, in degrees Celsius; None: nobody read a thermometer.
    coldest: float | None = None
    hottest: float | None = None
    # Who took part and agreed to be named.
    people: tuple[str, ...] = ()


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


def steps(facts: LotFacts, *, from_diary: bool) -> list[Step]:
    """Tell events as steps: each once, though many things took part.

    A harvest that the diary tells is not told twice.
    """
    lot, codes = facts.story.lot, facts.codes
    told: list[Step] = []
    seen: set[int] = set()
    made = is_made(lot, codes)
    for stop in facts.stops:
        if stop.seq in seen or stop.step not in STEPS or stop.step in STATE_STEPS:
            continue
        seen.add(stop.seq)
        is_harvest = _is_harvest(stop)
        if is_harvest and from_diary and codes.get(stop.ref) == lot.code:
            continue
        words, icon = HARVESTED if is_harvest and not made else STEPS[stop.step]
        code = codes.get(stop.ref, "")
        told.append(
            Step(
                words,
                icon,
                stop.at,
                " · ".join(filter(None, (stop.place_name, stop.store))),
                "" if code == lot.code else code,
                stop.coldest,
                stop.hottest,
                facts.people.get(stop.seq, ()),
            )
        )
    return told


def harvested_by(facts: LotFacts) -> tuple[str, ...]:
    """Return who harvested the lot itself and agreed to be named: the diary names nobody."""
    lot, codes = facts.story.lot, facts.codes
    own = (stop for stop in facts.stops if _is_harvest(stop) and codes.get(stop.ref) == lot.code)
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


def is_made(lot: LotCard, codes: Mapping[str, str]) -> bool:
    """Tell whether a lot was made, such as a cake: it grew on no field, and came of no other lot."""
    return lot.season_id is None and len(codes) <= 1


def _is_harvest(stop: Stop) -> bool:
    made = stop.step == "commissioning" and stop.type == "ObjectEvent"
    return made and stop.role is not WhatRole.INPUT

"""The waiting time between a spraying and the harvest."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from kernel.errors import Invalid
from kernel.messages import LABELS, msg

INSIDE_INTERVAL = msg("Harvested inside the waiting time after spraying.")

LONGEST_INTERVAL_DAYS = 365


class Block(enum.Enum):
    """Why a harvest is not free: too early, or no day at all."""

    INTERVAL = "interval"
    UNKNOWN = "unknown"
    UNREGISTERED = "unregistered"
    BANNED = "banned"
    SOURCE = "source"


HOLD_REASONS: dict[Block, str] = {
    Block.INTERVAL: INSIDE_INTERVAL,
    Block.UNKNOWN: msg("The waiting time of what was sprayed is not known."),
    Block.UNREGISTERED: msg("What was sprayed is not registered for this crop."),
    Block.BANNED: msg("A banned substance was used."),
    Block.SOURCE: msg("It was made from a lot on hold for its waiting time."),
}
"""What is written on a lot that the rule holds."""

LABELS.update(
    {
        Block.INTERVAL: msg("Inside the waiting time"),
        Block.UNKNOWN: msg("Waiting time not known"),
        Block.UNREGISTERED: msg("Not registered for the crop"),
        Block.BANNED: msg("Banned substance"),
        Block.SOURCE: msg("Made from a lot on hold"),
    }
)


@dataclass(frozen=True)
class Spray:
    """One spraying of a plot; ``phi_days`` as on the label of the product, None: not known.

    ``last_on`` is its last day where it took several: the time counts from there.
    ``entry_root`` is the diary entry it was first told by.
    """

    name: str
    done_on: date
    phi_days: int | None
    last_on: date | None = None
    block: Block | None = None
    entry_root: str = ""

    @property
    def end_on(self) -> date:
        """The day from which is counted."""
        return self.last_on or self.done_on

    @property
    def free_from(self) -> date | None:
        """The first day on which may be harvested; the last day of spraying is day 0."""
        if self.phi_days is None or self.block is not None:
            return None
        return self.end_on + timedelta(self.phi_days)

    @property
    def why(self) -> Block:
        """What it is that forbids a harvest after it."""
        return self.block or (Block.UNKNOWN if self.phi_days is None else Block.INTERVAL)

    def forbids(self, harvested_on: date) -> bool:
        """Tell whether it forbids a harvest on a day; what is sprayed later does not matter."""
        if self.done_on > harvested_on:
            return False
        return self.free_from is None or harvested_on < self.free_from


@dataclass(frozen=True)
class Clearance:
    """What the sprays on a plot say about a harvest on a day.

    ``spray`` is the one that decides; ``free_from`` the first allowed day.
    Both are None where nothing was sprayed; ``free_from`` alone is None where
    the waiting time of a product is not known, which blocks the harvest.
    """

    kept: bool
    spray: Spray | None = None
    free_from: date | None = None


def judge_harvest(sprays: Iterable[Spray], harvested_on: date) -> Clearance:
    """Tell whether a harvest keeps the pre-harvest interval of every spray before it.

    Whole local days: allowed from the last day of spraying plus the days on the
    product's label, that day included.
    """
    before = [spray for spray in sprays if spray.done_on <= harvested_on]
    for spray in before:
        if spray.free_from is None:
            return Clearance(kept=False, spray=spray)
    last = max(before, key=lambda spray: spray.free_from or date.min, default=None)
    if last is None or last.free_from is None:
        return Clearance(kept=True)
    return Clearance(harvested_on >= last.free_from, last, last.free_from)


def need_spray_facts(name: str, phi_days: int | None, *, unknown: bool = False) -> None:
    """Refuse a spraying without the product's name and its waiting time.

    ``unknown`` lets the waiting time be left open: then nothing may be harvested.

    :raises Invalid: naming the field that is missing or out of range.
    """
    if not name:
        raise Invalid(msg("Write the name of the product, as on its label."), field="input_name")
    if phi_days is None and unknown:
        return
    if phi_days is None:
        raise Invalid(
            msg("Write the waiting time from the label, in days; 0 if there is none."),
            field="phi_days",
        )
    if not 0 <= phi_days <= LONGEST_INTERVAL_DAYS:
        raise Invalid(
            msg("The waiting time is between 0 and %(most)s days."),
            field="phi_days",
            most=LONGEST_INTERVAL_DAYS,
        )

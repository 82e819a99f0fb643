"""The waiting time between a spraying and the harvest."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from kernel.errors import Invalid
from kernel.messages import msg

INSIDE_INTERVAL = msg("Harvested inside the waiting time after spraying.")

LONGEST_INTERVAL_DAYS = 365


@dataclass(frozen=True)
class Spray:
    """One spraying of a plot; ``phi_days`` as on the label of the product, None: not known."""

    name: str
    done_on: date
    phi_days: int | None

    @property
    def free_from(self) -> date | None:
        """The first day on which may be harvested; the day of spraying is day 0."""
        return None if self.phi_days is None else self.done_on + timedelta(self.phi_days)


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

    Whole local days: allowed from the day of spraying plus the days on the
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


def need_spray_facts(name: str, phi_days: int | None) -> None:
    """Refuse a spraying without the product's name and its waiting time.

    :raises Invalid: naming the field that is missing or out of range.
    """
    if not name:
        raise Invalid(msg("Write the name of the product, as on its label."), field="input_name")
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

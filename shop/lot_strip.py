"""The way of a lot at a glance: a few steps that fit side by side on a telephone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from kernel.clock import local_date
from kernel.messages import LABELS, msg
from shop.lot_story import STEPS, Stage, Step
from traceability.queries import LotCard
from traceability.rules import Activity

SENT, SENT_ICON = STEPS["shipping"]
ICONS = {Activity.SOIL: "flower1", Activity.SEEDING: "flower1"}


@dataclass(frozen=True)
class Milestone:
    """A step of the way in one or two words, with an icon and its day."""

    words: str
    icon: str
    on: date

    @property
    def short(self) -> str:
        """Return day and month alone: the whole day stands below."""
        return f"{self.on:%d/%m}"


def milestones(
    lot: LotCard, stages: Sequence[Stage], steps: Sequence[Step], *, grown: bool
) -> list[Milestone]:
    """Return how it began, when it was harvested, packed and sent, as far as that is known."""
    return list(_told(lot, stages, steps, grown=grown))


def _told(
    lot: LotCard, stages: Sequence[Stage], steps: Sequence[Step], *, grown: bool
) -> Iterator[Milestone]:
    begun = stages[0] if stages else None
    if begun and begun.activity is not Activity.HARVEST:
        yield Milestone(LABELS[begun.activity], ICONS.get(begun.activity, "leaf"), begun.first)
    words = msg("Harvested") if grown else msg("Produced")
    yield Milestone(words, "basket", lot.harvested_on)
    if lot.packed_on:
        yield Milestone(msg("Packed"), "box-seam", lot.packed_on)
    sent = next((step for step in steps if step.words == SENT), None)
    if sent:
        yield Milestone(msg("Sent"), SENT_ICON, local_date(sent.at))

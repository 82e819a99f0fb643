"""All that the page behind a code tells, read once: what the page is made of is what it hangs on."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from catalog.queries import Nearby, nearby
from traceability.gs1.ids import lot_ids, unit_ids
from traceability.queries import LotCard, LotStory
from traceability.queries.journey import Stop, journey
from traceability.queries.naming import roots_of
from traceability.queries.proof.names import names_told
from traceability.queries.recalls.cases import recall_of_lots
from traceability.queries.scans import SerialStory, serial_story
from traceability.queries.sources import LabCard, Source, lab_tests, sources_of
from traceability.rules import LotState
from vendors.queries import VendorCard
from vendors.queries.held import HeldCertificate, certificates_held
from vendors.rules import Scheme

OF_VISITS = frozenset({Scheme.TRAVEL_LICENCE, Scheme.HOMESTAY_SECURITY})


@dataclass(frozen=True)
class LotFacts:
    """What is known of a lot, and of one unit of it where its number was scanned.

    ``own`` is how events name it and the unit, ``harvests`` what its harvests are called by how
    events name those: lot codes, with the farm where several have the same. ``people`` took part,
    by event, as far as they agreed; ``recall`` is the code of its public recall; ``on`` the day
    on which the page is read, for what is past its best.
    """

    story: LotStory
    vendor: VendorCard
    on: date
    sources: tuple[Source, ...]
    own: tuple[str, ...]
    harvests: Mapping[str, str]
    stops: tuple[Stop, ...]
    people: Mapping[int, tuple[str, ...]]
    certificates: tuple[HeldCertificate, ...]
    tests: tuple[LabCard, ...]
    around: tuple[Nearby, ...]
    recall: str | None
    serial: str = ""
    unit: SerialStory | None = None

    @property
    def mark(self) -> str:
        """Return a digest of all of it: a page that was made of the same is the same page."""
        return hashlib.blake2b(repr(self).encode(), digest_size=16).hexdigest()


def lot_facts(
    session: Session,
    story: LotStory,
    vendor: VendorCard,
    *,
    serial: str,
    device: str,
    on: date,
) -> LotFacts:
    """Read what the page of a lot tells (eleven statements at most, twelve for a unit).

    ``serial`` is the number of a unit, or nothing; ``device`` the key of the telephone that
    asks.
    """
    lot = story.lot
    sources = () if story.is_harvest else sources_of(session, lot.id)
    roots = roots_of(session)
    own, harvests = _own(lot, serial, roots), _harvests(lot, sources, roots)
    stops = journey(session, own, harvests=harvests, vendors=_vendors(story, sources))
    is_recalled = lot.state is LotState.RECALLED
    return LotFacts(
        story=story,
        vendor=vendor,
        on=on,
        sources=sources,
        own=own,
        harvests=harvests,
        stops=stops,
        people=_people(session, story, sources, stops),
        certificates=_certificates(session, story, sources),
        tests=tuple(lab_tests(session, [lot.id, *(source.id for source in sources)])),
        around=tuple(nearby(session, lot_id=lot.id, farm_id=lot.farm_id)),
        recall=recall_of_lots(session, [lot.id]).get(lot.id) if is_recalled else None,
        serial=serial,
        unit=serial_story(session, lot_id=lot.id, serial=serial, device=device) if serial else None,
    )


def _own(lot: LotCard, serial: str, roots: Sequence[str]) -> tuple[str, ...]:
    names = lot_ids(roots, gtin=lot.gtin, code=lot.code, trace_code=lot.trace_code)
    if not serial:
        return names
    units = unit_ids(roots, gtin=lot.gtin, trace_code=lot.trace_code, serial=serial)
    return (*names, *units)


def _harvests(lot: LotCard, sources: Sequence[Source], roots: Sequence[str]) -> dict[str, str]:
    """Name harvests for people: vendors count their lots alike, so a code alone may be two."""
    times = Counter([lot.code, *(source.code for source in sources)])
    return {
        name: source.code if times[source.code] == 1 else f"{source.code}, {source.farm_name}"
        for source in sources
        for name in lot_ids(roots, gtin=source.gtin, code=source.code, trace_code=source.trace_code)
    }


def _vendors(story: LotStory, sources: Iterable[Source]) -> set[str]:
    return {story.lot.vendor_id, *(source.vendor_id for source in sources)}


def _people(
    session: Session, story: LotStory, sources: Iterable[Source], stops: Iterable[Stop]
) -> dict[int, tuple[str, ...]]:
    vendors = _vendors(story, sources)
    return names_told(session, {stop.seq for stop in stops}, vendors=vendors)


def _certificates(
    session: Session, story: LotStory, sources: Sequence[Source]
) -> tuple[HeldCertificate, ...]:
    """Return what was held when it was harvested, whatever is held today."""
    days = {(source.vendor_id, source.harvested_on) for source in sources}
    held = certificates_held(session, days or {(story.lot.vendor_id, story.lot.harvested_on)})
    return tuple(one for one in held if one.scheme not in OF_VISITS)

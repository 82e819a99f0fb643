"""What the market knows of a code by itself, beside the links that vendors keep.

A link is told only where a page of ours stands behind it. A lot that was called back leads
to its page, whatever its vendor would rather show.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations
from urllib.parse import quote, urlencode

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from catalog.queries import Nearby, nearby
from catalog.rules import ListingKind
from kernel.i18n import pick
from kernel.web.language import current_language
from traceability.gs1.digital_link import Pair, path_of
from traceability.gs1.ids import load_id, lot_id, unit_id
from traceability.gs1.resolving import DEFAULT_MULTI, Level, Target
from traceability.gs1.words import LINK_WORDS
from traceability.queries import LotCard
from traceability.queries.codes import (
    LinkCard,
    PlaceCard,
    farm_place,
    links_at,
    lot_at,
    lot_of_trace_code,
    lots_of_gtin,
    place_of_code,
    place_of_number,
    vendor_of_number,
)
from traceability.queries.labels import has_serials, lot_of_serial
from traceability.queries.loads import load_of_code, load_of_sscc
from traceability.queries.proof.log import has_checkpoint
from traceability.queries.recalls.cases import recall_of_lots
from traceability.rules import LotState
from traceability.rules.labels import is_serial
from vendors.queries import VendorCard, vendor_cards
from vendors.rules import VendorState

HTML, JSON = "text/html", "application/json"
EVENTS = "/epcis/v2/events"
# Of what was called back only the house tells: no choice of a language leads around it.
TOLD_BY_US = frozenset({DEFAULT_MULTI, "recallStatus"})
# Whoever was judged once: its bags are out in the world, whatever became of it.
JUDGED = frozenset({VendorState.APPROVED, VendorState.SUSPENDED, VendorState.TERMINATED})


@dataclass(frozen=True)
class Known:
    """What is known of a code by the house: whose it is, and its levels by qualifiers."""

    vendor_id: str
    levels: tuple[Level, ...]
    is_recalled: bool = False


def levels_of(session: Session, pairs: Sequence[Pair], *, root: str) -> list[Level]:
    """Return all levels at which something is known of a request, by the house or by links."""
    root = root.rstrip("/")
    known = _KNOW.get(pairs[0][0], _nothing)(session, pairs, root)
    anchors = _anchors(pairs)
    kept = links_at(session, anchors)
    vendor_ids = {link.vendor_id for link in kept} | ({known.vendor_id} if known else set())
    vendors = vendor_cards(session, vendor_ids)
    if known and vendors[known.vendor_id].state not in JUDGED:
        known = None
    # What leads elsewhere is followed only for those who may sell.
    kept = [link for link in kept if vendors[link.vendor_id].is_open]
    return _merged(known, kept, anchors)


def _anchors(pairs: Sequence[Pair]) -> dict[str, frozenset[str]]:
    """Return the anchors of a key with any of its qualifiers, and what they are."""
    if not pairs[0][0].isdigit():
        return {path_of(pairs[:1]): frozenset()}
    rest = pairs[1:]
    some = chain.from_iterable(combinations(rest, size) for size in range(len(rest) + 1))
    return {path_of([pairs[0], *chosen]): frozenset(dict(chosen)) for chosen in some}


def _merged(
    known: Known | None, kept: Iterable[LinkCard], anchors: Mapping[str, frozenset[str]]
) -> list[Level]:
    levels = {level.qualifiers: level for level in known.levels} if known else {}
    for link in kept:
        at, target = anchors[link.anchor], link.target
        level = levels.get(at) or Level(at, link.title, ())
        if known and known.is_recalled:
            if target.link_type in TOLD_BY_US:
                continue
            target = replace(target, is_default=False)
        levels[at] = replace(level, targets=_with(level.targets, target))
    return list(levels.values())


def _with(targets: Sequence[Target], target: Target) -> tuple[Target, ...]:
    """Add a link; a default that was chosen takes the place of the house's own."""
    if target.is_default:
        targets = [replace(one, is_default=False) for one in targets]
    return (*targets, target)


def _nothing(_session: Session, _pairs: Sequence[Pair], _root: str) -> Known | None:
    return None


def _goods(session: Session, pairs: Sequence[Pair], root: str) -> Known | None:
    """Know a GTIN by the lots that carry it, and one of its lots."""
    said = dict(pairs)
    gtin, code = said["01"], said.get("10")
    lots = lots_of_gtin(session, gtin)
    if not lots:
        return None
    serial = said.get("21", "") if is_serial(said.get("21", "")) else ""
    lot = lot_at(session, gtin=gtin, code=code) if code else None
    if lot is None and serial and not code:
        lot = lot_of_serial(session, gtin=gtin, serial=serial)
    newest = lots[0]
    offers = nearby(session, lot_id=(lot or newest).id, farm_id=(lot or newest).farm_id)
    page = f"{root}/g/{gtin}"
    name = _local(newest.product)
    base = Level(
        frozenset(),
        name,
        (
            _link("pip", page, name, is_default=True),
            _link("recallStatus", page),
            _link("traceability", page),
            *_retail(offers, {one.id for one in lots} | ({lot.id} if lot else set()), root),
        ),
    )
    if lot is None:
        return Known(newest.vendor_id, (base,))
    fine = Level(frozenset({"10"}), f"{name}, {lot.code}", _of_lot(session, lot, offers, root))
    levels: tuple[Level, ...] = (base, fine) if code else (base,)
    # Vendors may number their goods themselves: of those lots we know no numbers.
    if serial and has_serials(session, lot.id):
        levels += (_of_unit(session, lot, serial, root),)
    return Known(lot.vendor_id, levels, lot.state is LotState.RECALLED)


def _of_unit(session: Session, lot: LotCard, serial: str, root: str) -> Level:
    """Lead to what is known of one unit, issued or not: the page says so."""
    page, name = f"{root}/t/{lot.trace_code}/{serial}", _local(lot.product)
    unit = unit_id(root, gtin=lot.gtin, trace_code=lot.trace_code, serial=serial)
    targets = (
        _link("traceability", page, name, is_default=True),
        *_recall(session, lot, page, root),
        _link("verificationService", page),
        _events(root, MATCH_anyEPC=unit),
    )
    return Level(frozenset({"21"}), f"{name}, {lot.code}, {serial}", targets)


def _bag(session: Session, pairs: Sequence[Pair], root: str) -> Known | None:
    """Know the lot of one of our own codes."""
    lot = lot_of_trace_code(session, pairs[0][1])
    if lot is None:
        return None
    offers = nearby(session, lot_id=lot.id, farm_id=lot.farm_id)
    name = f"{_local(lot.product)}, {lot.code}"
    level = Level(frozenset(), name, _of_lot(session, lot, offers, root))
    return Known(lot.vendor_id, (level,), lot.state is LotState.RECALLED)


def _of_lot(
    session: Session, lot: LotCard, offers: Sequence[Nearby], root: str
) -> tuple[Target, ...]:
    page = f"{root}/t/{lot.trace_code}"
    farm = farm_place(session, lot.farm_id) if lot.farm_id else None
    named = lot_id(root, gtin=lot.gtin, code=lot.code, trace_code=lot.trace_code)
    return (
        _link("traceability", page, _local(lot.product), is_default=True),
        _link("pip", page),
        *_recall(session, lot, page, root),
        _link("certificationInfo", page),
        *_proof(session, page),
        _events(root, MATCH_anyEPCClass=named),
        *([_link("locationInfo", f"{root}/p/{farm.code}", farm.name)] if farm else []),
        *_retail(offers, {lot.id}, root),
        *_visits(offers, root),
    )


def _recall(session: Session, lot: LotCard, page: str, root: str) -> list[Target]:
    """Lead to the recall of which the public is told, for people and programs; else to the page."""
    code = recall_of_lots(session, [lot.id]).get(lot.id) if lot.state is LotState.RECALLED else None
    if code is None:
        return [_link("recallStatus", page)]
    return [
        _link("recallStatus", f"{root}/recalls/{code}"),
        _link("recallStatus", f"{root}/recalls/{code}.json", media_type=JSON),
    ]


def _proof(session: Session, page: str) -> list[Target]:
    """Lead to the proof that its events were not changed, and to the bundle that programs check.

    It is no JSON Web Signature, which ``gs1:jws`` would promise.
    """
    if not has_checkpoint(session):
        return []
    return [
        _link(
            "verificationService", f"{page}/proof", _("Proof that none of this was changed later")
        ),
        _link(
            "verificationService", f"{page}/proof.json", _("Download the proof"), media_type=JSON
        ),
    ]


def _events(root: str, **asked: str) -> Target:
    """Lead to the query of all events of a thing; the repository tells them to partners."""
    return _link("epcis", f"{root}{EVENTS}?{urlencode(asked)}", media_type=JSON)


def _place(session: Session, pairs: Sequence[Pair], root: str) -> Known | None:
    """Know a farm by its GLN, and a plot of it."""
    said = dict(pairs)
    farm = place_of_number(session, said["414"])
    if farm is None:
        return None
    levels = [_of_place(session, farm, root)]
    plot = place_of_number(session, said["414"], said["254"]) if "254" in said else None
    if plot is not None:
        levels.append(replace(_of_place(session, plot, root), qualifiers=frozenset({"254"})))
    return Known(farm.vendor_id, tuple(levels))


def _own_place(session: Session, pairs: Sequence[Pair], root: str) -> Known | None:
    """Know the farm or plot of one of our own codes."""
    place = place_of_code(session, pairs[0][1])
    return Known(place.vendor_id, (_of_place(session, place, root),)) if place else None


def _of_place(session: Session, place: PlaceCard, root: str) -> Level:
    offers = nearby(session, lot_id="", farm_id=place.farm_id)
    vendor = vendor_cards(session, [place.vendor_id])[place.vendor_id]
    here = _link("locationInfo", f"{root}/p/{place.code}", place.name, is_default=True)
    targets = (here, *_seller(vendor, root), *_visits(offers, root))
    return Level(frozenset(), place.name, targets)


def _party(session: Session, pairs: Sequence[Pair], root: str) -> Known | None:
    """Know a vendor by the GLN of its enterprise."""
    vendor_id = vendor_of_number(session, pairs[0][1])
    vendor = vendor_cards(session, [vendor_id])[vendor_id] if vendor_id else None
    if vendor is None or not vendor.is_open:
        return None
    (page,) = _seller(vendor, root)
    return Known(vendor.id, (Level(frozenset(), vendor.name, (replace(page, is_default=True),)),))


def _load(session: Session, pairs: Sequence[Pair], root: str) -> Known | None:
    """Know a crate or pallet by its SSCC or by one of our own codes."""
    key, value = pairs[0]
    load = load_of_sscc(session, value) if key == "00" else load_of_code(session, value)
    if load is None:
        return None
    page, name = f"{root}/u/{load.code}", load.sscc or load.code
    targets = (
        _link("traceability", page, name, is_default=True),
        _link("recallStatus", page),
        _events(root, MATCH_anyEPC=load_id(root, sscc=load.sscc, code=load.code)),
    )
    return Known(load.vendor_id, (Level(frozenset(), name, targets),), load.is_recalled)


_KNOW = {
    "00": _load,
    "01": _goods,
    "414": _place,
    "417": _party,
    "t": _bag,
    "p": _own_place,
    "u": _load,
}


def _seller(vendor: VendorCard, root: str) -> list[Target]:
    address = f"{root}/v/{quote(vendor.slug)}"
    return [_link("homepage", address, vendor.name)] if vendor.is_open else []


def _retail(offers: Sequence[Nearby], lot_ids: Collection[str], root: str) -> list[Target]:
    """Tell where these very goods are sold: other goods of the farm are none of theirs."""
    sold = [item for item in offers if item.sellable and item.lot_id in lot_ids]
    return [_link("hasRetailers", _offer(item, root), _local(item.title)) for item in sold[:1]]


def _visits(offers: Sequence[Nearby], root: str) -> list[Target]:
    """Tell where a visit is booked; of several, the newest, so that a scan leads somewhere."""
    open_ = [item for item in offers if item.sellable and item.kind is ListingKind.EXPERIENCE]
    return [
        _link(kind, _offer(item, root), _local(item.title))
        for item in open_[:1]
        for kind in ("eventsInfo", "scheduleTime")
    ]


def _offer(item: Nearby, root: str) -> str:
    return f"{root}/l/{item.code}/{quote(item.slug)}"


def _link(
    kind: str, href: str, title: str = "", *, media_type: str = HTML, is_default: bool = False
) -> Target:
    words = title or _(LINK_WORDS[kind])
    return Target(kind, href, words, media_type, is_default=is_default)


def _local(text: dict[str, str]) -> str:
    return pick(text, current_language())

"""Listings as arithmetic and tables: states and arrows, seasons, prices per unit, badges."""

import enum
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from kernel.errors import Conflict, Invalid
from kernel.messages import LABELS, msg
from kernel.money import price_for
from kernel.quantity import Unit
from kernel.text import tone_codes
from vendors.rules import Offer, Scheme
from vendors.rules.proofs import Demand, Held, Proofs, has_fallen


class ListingKind(enum.Enum):
    """What is sold."""

    PRODUCE = "produce"
    PROCESSED = "processed"
    CRAFT = "craft"
    EXPERIENCE = "experience"


class ListingState(enum.Enum):
    """Where a listing stands; only PUBLISHED is on the shelves."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    PUBLISHED = "published"
    DECLINED = "declined"
    PAUSED = "paused"
    # Its vendor may not sell for the time being.
    WITHHELD = "withheld"
    TAKEN_DOWN = "taken_down"
    ARCHIVED = "archived"


_S = ListingState

ARROWS: dict[tuple[ListingState, str], ListingState] = {
    (_S.DRAFT, "submit"): _S.SUBMITTED,
    (_S.DECLINED, "submit"): _S.SUBMITTED,
    (_S.SUBMITTED, "take_back"): _S.DRAFT,
    (_S.SUBMITTED, "approve"): _S.PUBLISHED,
    (_S.SUBMITTED, "decline"): _S.DECLINED,
    (_S.PUBLISHED, "confirm"): _S.PUBLISHED,
    (_S.PUBLISHED, "pause"): _S.PAUSED,
    (_S.WITHHELD, "pause"): _S.PAUSED,
    (_S.PAUSED, "resume"): _S.PUBLISHED,
    (_S.PUBLISHED, "withhold"): _S.WITHHELD,
    (_S.WITHHELD, "release"): _S.PUBLISHED,
    (_S.PUBLISHED, "take_down"): _S.TAKEN_DOWN,
    (_S.PAUSED, "take_down"): _S.TAKEN_DOWN,
    (_S.WITHHELD, "take_down"): _S.TAKEN_DOWN,
    (_S.TAKEN_DOWN, "restore"): _S.PUBLISHED,
    (_S.DRAFT, "archive"): _S.ARCHIVED,
    (_S.DECLINED, "archive"): _S.ARCHIVED,
    (_S.PAUSED, "archive"): _S.ARCHIVED,
    (_S.ARCHIVED, "reopen"): _S.DRAFT,
}

NEEDS_REASON = frozenset({"decline", "take_down"})

OFFICE_ACTIONS = frozenset({"approve", "decline", "confirm", "take_down", "restore"})
VENDOR_ACTIONS = frozenset({"submit", "take_back", "pause", "resume", "archive", "reopen"})
OFFICE_ROLES = ("reviewer", "approver", "operator")

EDITABLE = frozenset({_S.DRAFT, _S.DECLINED, _S.PUBLISHED, _S.PAUSED, _S.WITHHELD})
"""States in which the vendor may change a listing; the office reads one that stands still."""

APPROVED_ONCE = frozenset({_S.PUBLISHED, _S.PAUSED, _S.WITHHELD})
"""States in which a change of words is looked at by the office afterwards."""

GONE = frozenset({_S.TAKEN_DOWN, _S.WITHHELD})
"""States whose public page answers 410 with a neutral notice."""


def after(state: ListingState, action: str) -> ListingState:
    """Return the state after an action.

    :raises Conflict: when the table has no such arrow.
    """
    try:
        return ARROWS[state, action]
    except KeyError:
        raise Conflict(msg("This cannot be done in the present state of the listing.")) from None


def actions(state: ListingState, allowed: Collection[str]) -> list[str]:
    """Return which of the allowed actions the table offers in a state."""
    return [action for (start, action) in ARROWS if start is state and action in allowed]


def need_reason(action: str, reason: str) -> str:
    """Return the reason without spaces around it.

    :raises Invalid: when the action must be explained and is not.
    """
    text = reason.strip()
    if action in NEEDS_REASON and len(text) < 10:
        raise Invalid(
            msg("Write the reason in a sentence: the vendor will read it."), field="reason"
        )
    return text


def need_editable(state: ListingState) -> None:
    """Refuse a change of a listing that cannot be changed now.

    :raises Conflict: when it is with the office, taken down or archived.
    """
    if state not in EDITABLE:
        raise Conflict(msg("The listing cannot be changed in its present state."))


def season_mask(months: Iterable[int]) -> int:
    """Return months 1-12 as bits 0-11: asked for in SQL."""
    mask = 0
    for month in months:
        mask |= 1 << (month - 1)
    return mask


def in_season(months: Collection[int], on: date) -> bool:
    """Tell whether a day is in the season; what grows all year is never "in season"."""
    return on.month in months


@dataclass(frozen=True)
class PackSize:
    """So much, in the unit's base, for so much money."""

    size: int
    price_vnd: int


def shown_price(packs: Sequence[PackSize], unit: Unit) -> tuple[int, int]:
    """Return the price on the card and what it is for, taken from the smallest pack.

    The smallest pack is what everybody can buy: a price reached only with a
    large pack would be bait. From one kilogram or litre on it is a price per
    kilogram or litre, below that the pack itself; pieces are priced one by one.
    """
    smallest = min(packs, key=lambda pack: (pack.size, pack.price_vnd))
    per = min(1000, smallest.size) if unit in {Unit.GRAM, Unit.MILLILITRE} else 1
    return price_for(smallest.price_vnd, smallest.size, per), per


@dataclass(frozen=True)
class Mark:
    """A certificate that stands behind a badge."""

    scheme: Scheme
    stars: int | None = None


@dataclass(frozen=True)
class CardBadge:
    """The one badge of a card; ``kind``: preorder, certificate, seats, season."""

    kind: str
    scheme: Scheme | None = None
    stars: int | None = None
    seats: int = 0
    until: date | None = None


SCHEME_ORDER = (
    Scheme.OCOP,
    Scheme.ORGANIC,
    Scheme.GLOBALGAP,
    Scheme.VIETGAP,
    Scheme.GI,
    Scheme.HIGH_TECH,
    Scheme.HACCP,
    Scheme.FOOD_SAFETY,
    Scheme.HOMESTAY_SECURITY,
    Scheme.TRAVEL_LICENCE,
)
"""Which certificate a card shows when there are several."""

FEW_SEATS = 6


def is_preorder(opens: date | None, until: date | None, on: date) -> bool:
    """Tell whether orders are taken ahead of the harvest on a day (``until`` is the last one)."""
    return opens is not None and until is not None and opens <= on <= until


def badge_for(
    *, preorder_until: date | None, marks: Collection[Mark], seats: int | None, season: bool
) -> CardBadge | None:
    """Choose the one badge of a card: pre-order, certificate, few seats left, in season."""
    if preorder_until:
        return CardBadge("preorder", until=preorder_until)
    if marks:
        best = min(marks, key=lambda mark: (SCHEME_ORDER.index(mark.scheme), -(mark.stars or 0)))
        return CardBadge("certificate", scheme=best.scheme, stars=best.stars)
    if seats is not None and 0 < seats <= FEW_SEATS:
        return CardBadge("seats", seats=seats)
    return CardBadge("season") if season else None


def need_months(months: Iterable[int]) -> list[int]:
    """Return the months of a season, sorted, once each.

    :raises Invalid: for a number that is no month.
    """
    chosen = sorted(set(months))
    if any(not 1 <= month <= 12 for month in chosen):
        raise Invalid(msg("Months go from 1 to 12."), field="season_months")
    return [] if len(chosen) == 12 else chosen


@dataclass(frozen=True)
class Goods:
    """What a listing is and claims: what it must be backed by hangs on it."""

    kind: ListingKind
    schemes: frozenset[str] = frozenset()
    # Key of its shelf.
    shelf: str = ""


MAY_NOT_SELL = "vendor"
"""Why a listing is withheld when its vendor may not sell; other reasons are keys of requirements."""

_CLAIMS = {
    Scheme.ORGANIC: Offer.ORGANIC,
    Scheme.HIGH_TECH: Offer.HIGH_TECH,
    Scheme.TRAVEL_LICENCE: Offer.TOUR_PACKAGE,
    Scheme.HOMESTAY_SECURITY: Offer.HOMESTAY,
}
"""What a listing offers by what it claims."""

_OF_KIND = {
    ListingKind.PRODUCE: Offer.RAW,
    ListingKind.PROCESSED: Offer.PROCESSED,
    ListingKind.CRAFT: Offer.HANDICRAFT,
}
_VISITS = frozenset({Offer.SINGLE_EXPERIENCE, Offer.TOUR_PACKAGE, Offer.HOMESTAY})


def offers_of(goods: Goods, sells: Collection[Offer]) -> frozenset[Offer]:
    """Return as what a listing is sold, in the words of the requirements.

    An experience says so by its shelf or its claims; else it is what its vendor offers, if that
    is one sort alone.
    """
    claimed = {_CLAIMS[scheme] for scheme in _CLAIMS if scheme.value in goods.schemes}
    if goods.kind is not ListingKind.EXPERIENCE:
        return frozenset({_OF_KIND[goods.kind], *claimed})
    if goods.shelf == "homestay":
        return frozenset({Offer.HOMESTAY, *claimed})
    offered = _VISITS.intersection(sells)
    only = offered if len(offered) == 1 else {Offer.SINGLE_EXPERIENCE}
    return frozenset(claimed & _VISITS or only)


def must_prove(goods: Goods, proofs: Proofs, demands: Iterable[Demand]) -> list[Demand]:
    """Return the requirements that a vendor must meet to sell a listing."""
    offers = offers_of(goods, proofs.sells)
    return [demand for demand in demands if demand.concerns(proofs.form, offers)]


def withheld_for(
    goods: Goods, proofs: Proofs, demands: Iterable[Demand], *, on: date
) -> tuple[str, ...]:
    """Return why a listing must not be sold on a day; nothing when it may be.

    Its vendor may not sell, or a requirement that was proved is not proved any more.
    """
    if not proofs.is_open:
        return (MAY_NOT_SELL,)
    needed = must_prove(goods, proofs, demands)
    return tuple(one.need.key for one in needed if has_fallen(one.need, proofs, on=on))


def is_required(goods: Goods, proofs: Proofs, demands: Iterable[Demand], certificate: Held) -> bool:
    """Tell whether a certificate speaks of what must be proved to sell a listing."""
    needed = must_prove(goods, proofs, demands)
    return any(certificate.scheme in demand.need.schemes for demand in needed)


def has_badge(goods: Goods, proofs: Proofs, scheme: Scheme, *, on: date) -> bool:
    """Tell whether a listing shows the badge of a scheme on a day."""
    held = any(one.scheme is scheme and one.counts(on) for one in proofs.certificates)
    return held and scheme.value in goods.schemes


_ART = """
lychee blush: vải thiều|vải sớm|vải u|quả vải; guava leaf: ổi; custard-apple leaf: na dai|na bở|na;
dragon-fruit blush: thanh long; pomelo sun: bưởi; melon leaf: dưa lưới|dưa lê|dưa thơm;
watermelon blush: dưa hấu; banana sun: chuối; mango sun: xoài; orange sun: cam; mandarin sun: quýt;
longan sun: nhãn; jackfruit sun: mít; persimmon sun: hồng giòn|hồng xiêm; jujube leaf: táo;
carrot sun: cà rốt; shallot lilac: hành tím|hành củ; garlic lilac: tỏi; spring-onion leaf: hành lá;
kale leaf: cải kale; cabbage leaf: bắp cải; greens leaf: rau; tomato blush: cà chua;
cucumber leaf: dưa chuột; chili blush: ớt; corn sun: ngô; peanut sun: lạc; potato sun: khoai tây;
sweet-potato sun: khoai lang; taro lilac: khoai sọ|khoai môn; mushroom blush: nấm; pumpkin sun: bí đỏ;
gourd leaf: bầu|bí xanh|mướp; ginger sun: gừng; turmeric sun: nghệ; kudzu leaf: củ sắn dây;
starch sky: bột sắn|tinh bột; rice sun: gạo; sticky-rice leaf: nếp; green-bean-cake sun: bánh đậu;
gai-cake leaf: bánh gai; rice-cake leaf: bánh; noodles sun: bún|miến|mì; honey sun: mật ong;
tea leaf: trà|chè; wine lilac: rượu; fish-sauce sun: nước mắm|mắm; dried-fruit blush: sấy;
lotus-seed leaf: hạt sen; lotus blush: sen; chicken sun: gà; duck sky: vịt; goose sky: ngỗng;
egg sun: trứng; pork blush: thịt lợn|giò|chả; beef blush: bò; goat leaf: dê; ruoi sky: rươi;
shrimp blush: tôm; crab blush: cua|cáy; snail sun: ốc; fish sky: cá; pottery sky: gốm|bình|lọ;
teapot sky: ấm|bộ trà; incense blush: hương|nhang; embroidery lilac: thêu; bamboo leaf: tre|mây;
wood sun: gỗ; flower blush: hoa; hat sun: nón; gift blush: quà;
lychee-picking blush: hái vải; boat sky: thuyền; stork sky: đảo cò; pottery-class lilac: làm gốm;
bicycle leaf: xe đạp; homestay sun: ở nhà dân|homestay; cooking blush: nấu|làm bánh; puppet sky: rối
"""
"""Which drawing shows what: the longest words that a name holds decide."""


def art_for(name: str) -> tuple[str, str] | None:
    """Return the drawing and its ground for what a name says, or None when it says nothing known."""
    spoken = f" {' '.join(tone_codes(name))} "
    found = [(len(words), art) for words, art in _drawings() if f" {words} " in spoken]
    return max(found)[1] if found else None


@cache
def drawings() -> tuple[str, ...]:
    """Return the names of all drawings, in the order of the list."""
    return tuple(dict.fromkeys(art for _words, (art, _tint) in _drawings()))


@cache
def _drawings() -> tuple[tuple[str, tuple[str, str]], ...]:
    pairs = [line.split(":") for line in _ART.replace("\n", " ").split(";")]
    return tuple(
        (" ".join(tone_codes(word)), (art.split()[0], art.split()[1]))
        for art, words in pairs
        for word in words.split("|")
    )


LABELS.update(
    {
        _S.DRAFT: msg("Draft"),
        _S.SUBMITTED: msg("Submitted"),
        _S.PUBLISHED: msg("Published"),
        _S.DECLINED: msg("Declined"),
        _S.PAUSED: msg("Paused"),
        _S.WITHHELD: msg("Withheld"),
        _S.TAKEN_DOWN: msg("Taken down"),
        _S.ARCHIVED: msg("Archived"),
        ListingKind.PRODUCE: msg("Produce"),
        ListingKind.PROCESSED: msg("Processed food"),
        ListingKind.CRAFT: msg("Handicraft"),
        ListingKind.EXPERIENCE: msg("Experience"),
    }
)

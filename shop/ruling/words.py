"""What each rule is called, what its value is, and where it stands on the desk.

A rule that is added needs a name here: a test fails without it, because nobody could
find the rule on the desk otherwise.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from kernel.messages import LABELS, msg


class Group(enum.Enum):
    """A chapter of the desk."""

    REQUIREMENTS = "requirements"
    VETTING = "vetting"
    TRADE = "trade"
    PRIVACY = "privacy"
    RETENTION = "retention"
    LISTINGS = "listings"
    FARMING = "farming"
    SELLING = "selling"
    TAX = "tax"


class Shape(enum.Enum):
    """What a value looks like: which form enters it."""

    NUMBER = "number"
    NUMBERS = "numbers"
    YES_NO = "yes_no"
    DAY = "day"
    WORDS = "words"
    RATES = "rates"
    REQUIREMENT = "requirement"
    CONSENT = "consent"
    TABLE = "table"
    RECORDS = "records"


class Unit(enum.Enum):
    """What a number counts."""

    WORKING_DAYS = "working_days"
    DAYS = "days"
    HOURS = "hours"
    MINUTES = "minutes"
    MONTHS = "months"
    YEARS = "years"
    DONG = "dong"
    MEGABYTES = "megabytes"
    PIECES = "pieces"
    PERCENT = "percent"
    DAY_OF_MONTH = "day_of_month"


@dataclass(frozen=True)
class RuleName:
    """How a rule is shown and entered; ``least`` and ``most`` bound a number."""

    words: str
    group: Group
    shape: Shape = Shape.NUMBER
    unit: Unit | None = None
    least: int = 0
    most: int = 100_000_000_000


REQUIREMENT = "requirement."
"""Requirements are many and are called by their own titles."""

_V, _T, _P, _L = Group.VETTING, Group.TRADE, Group.PRIVACY, Group.LISTINGS
_R, _S, _X = Group.RETENTION, Group.SELLING, Group.TAX


def _days(words: str, group: Group, *, least: int = 1, most: int = 366) -> RuleName:
    return RuleName(words, group, Shape.NUMBER, Unit.DAYS, least, most)


def _hours(words: str, group: Group) -> RuleName:
    return RuleName(words, group, Shape.NUMBER, Unit.HOURS, 1, 720)


def _dong(words: str, group: Group) -> RuleName:
    return RuleName(words, group, Shape.NUMBER, Unit.DONG)


def _count(words: str, group: Group, unit: Unit, most: int) -> RuleName:
    return RuleName(words, group, Shape.NUMBER, unit, 1, most)


NAMES: Mapping[str, RuleName] = {
    "vendor.answer_working_days": _count(
        msg("The office answers an application within"), _V, Unit.WORKING_DAYS, 60
    ),
    "vendor.remind_working_days": _count(
        msg("The officer is reminded of an answer before it is due"), _V, Unit.WORKING_DAYS, 30
    ),
    "vendor.appeal_days": _days(msg("A vendor may appeal within"), _V),
    "vendor.recognition_months": _count(msg("A recognition holds for"), _V, Unit.MONTHS, 120),
    "vendor.renewal_call_days": _days(msg("Renewal is called for before the end"), _V),
    "vendor.renewal_reminder_days": RuleName(
        msg("The vendor is told of the end of its recognition before"),
        _V,
        Shape.NUMBERS,
        Unit.DAYS,
        1,
        366,
    ),
    "vendor.bank_cooling_hours": _hours(msg("A changed bank account is paid to after"), _V),
    "vendor.invitation_days": _days(msg("An invitation can be used for"), _V),
    "vendor.common_name_words": RuleName(
        msg("Words that many names hold: no likeness by themselves"), _V, Shape.WORDS
    ),
    "certificate.notice_days": RuleName(
        msg("The vendor is told of the end of a certificate before"),
        _V,
        Shape.NUMBERS,
        Unit.DAYS,
        1,
        366,
    ),
    "visit.lines": RuleName(msg("What inspectors look at on a visit"), _V, Shape.RECORDS),
    "visit.notice_working_days": _count(
        msg("A visit is told to the vendor before"), _V, Unit.WORKING_DAYS, 60
    ),
    "recall.hours": _count(msg("A recall stops every sale within"), _T, Unit.HOURS, 720),
    "recall.tolerance_percent": RuleName(
        msg("Goods of a recall that nobody finds, at most"),
        _T,
        Shape.NUMBER,
        Unit.PERCENT,
        0,
        100,
    ),
    "recall.drill_days": _days(msg("A recall is tried out at least every"), _T, most=1100),
    "recall.answer_days": _days(msg("Who has not answered a recall is called after"), _T),
    "visit.photos_most": _count(msg("Photos of one visit, at most"), _V, Unit.PIECES, 500),
    "vendor.papers_most": _count(msg("Papers of one dossier, at most"), _V, Unit.PIECES, 500),
    "vendor.grounds": RuleName(msg("Articles on which decisions stand"), _V, Shape.TABLE),
    "upload.max_mb": _count(msg("One paper or picture, at most"), _V, Unit.MEGABYTES, 200),
    "ecom.takedown_hours": _hours(
        msg("A listing is taken down on an authority's order within"), _T
    ),
    "ecom.authority_info_hours": _hours(msg("An authority gets information within"), _T),
    "ecom.vendor_termination_notice_days": _days(
        msg("Notice before a vendor is suspended or ended"), _T
    ),
    "ecom.fee_change_notice_days": _days(msg("Notice before fees change"), _T),
    "ecom.vendor_e_authentication_required": RuleName(
        msg("Vendors are authenticated electronically"), _T, Shape.YES_NO
    ),
    "ecom.old_registration_valid_until": RuleName(
        msg("Old registrations of platforms hold until"), _T, Shape.DAY
    ),
    "consumer.refund_days": _days(msg("Money is refunded within"), _T),
    "consumer.missing_info_termination_days": _days(
        msg("A buyer may end a contract that lacked information within"), _T
    ),
    "promo.max_discount_percent": _count(msg("A discount, at most"), _T, Unit.PERCENT, 100),
    "ocop.certificate_months": _count(msg("An OCOP certificate holds for"), _T, Unit.MONTHS, 120),
    "vietgap.record_months_after_harvest": _count(
        msg("VietGAP records are kept after the harvest for"), _R, Unit.MONTHS, 120
    ),
    "tour.deposit.domestic": _dong(msg("Deposit for domestic tours"), _T),
    "tour.deposit.inbound": _dong(msg("Deposit for tours of visitors from abroad"), _T),
    "tour.deposit.outbound_or_both": _dong(msg("Deposit for tours abroad, or both"), _T),
    "privacy.ack_working_days": _count(
        msg("A personal data request is confirmed within"), _P, Unit.WORKING_DAYS, 60
    ),
    "privacy.withdraw_days": _days(msg("A withdrawn consent takes effect within"), _P),
    "privacy.withdraw_days_with_processor": _days(
        msg("The same, when a processor or third party is involved"), _P
    ),
    "privacy.extension_days": _days(msg("The time of a request can be extended by"), _P),
    "privacy.breach_notice_hours": _hours(msg("A breach of personal data is reported within"), _P),
    "privacy.access_days": _days(msg("A request to see one's data is answered within"), _P),
    "privacy.correction_days": _days(msg("A request to correct data is answered within"), _P),
    "privacy.deletion_days": _days(msg("A request to delete data is answered within"), _P),
    "privacy.identity_days_after_decision": RuleName(
        msg("Identity papers are erased after a decision"), _P, Shape.TABLE, Unit.DAYS, 0, 366
    ),
    "privacy.remind_days": _days(msg("The office is reminded of a request before it is due"), _P),
    "consent.vetting": RuleName(msg("Consent to the check of a dossier"), _P, Shape.CONSENT),
    "consent.marketing": RuleName(msg("Consent to news of the market"), _P, Shape.CONSENT),
    "consent.named_on_lot": RuleName(
        msg("Consent to be named on pages of lots"), _P, Shape.CONSENT
    ),
    "retention.listing_years": _count(msg("Listings are kept for"), _R, Unit.YEARS, 100),
    "retention.order_years": _count(msg("Orders and contracts are kept for"), _R, Unit.YEARS, 100),
    "retention.livestream_years": _count(msg("Livestreams are kept for"), _R, Unit.YEARS, 100),
    "listing.protected_fields": RuleName(
        msg("Which edits of a listing wait for the office"), _L, Shape.RECORDS
    ),
    "listing.protected_label": RuleName(
        msg("Which edits of a label wait for the office"), _L, Shape.RECORDS
    ),
    "listing.label.produce": RuleName(
        msg("Labels of produce: what they must say"), _L, Shape.WORDS
    ),
    "listing.label.processed": RuleName(
        msg("Labels of processed food: what they must say"), _L, Shape.WORDS
    ),
    "listing.label.craft": RuleName(
        msg("Labels of handicrafts: what they must say"), _L, Shape.WORDS
    ),
    "listing.words.banned": RuleName(
        msg("Banned goods: words that are refused"), _L, Shape.RECORDS
    ),
    "listing.words.claims": RuleName(
        msg("Words that claim what a certificate must prove"), _L, Shape.RECORDS
    ),
    "listing.words.origin_unknown": RuleName(
        msg("Words of goods of unknown origin"), _L, Shape.RECORDS
    ),
    "listing.words.health": RuleName(msg("Words that promise to heal"), _L, Shape.RECORDS),
    "listing.picture_pixels": RuleName(
        msg("Size of a picture: the least, and what is good"), _L, Shape.TABLE
    ),
    "listing.picture_likeness": RuleName(
        msg("How alike pictures of two vendors may be"), _L, Shape.TABLE
    ),
    "search.rare_below": _count(
        msg("A query is rare when it was searched for less often than"), _R, Unit.PIECES, 1000
    ),
    "search.rare_days": _days(msg("Rare queries are deleted after"), _R),
    "search.log_days": _days(msg("The search log is kept for"), _R, most=3660),
    "lot.balance_tolerance_percent": _count(
        msg("Of a lot so much may be missing before the office looks"), _T, Unit.PERCENT, 100
    ),
    "trace.checkpoint_minutes": _count(
        msg("The log of events is signed after"), _T, Unit.MINUTES, 1440
    ),
    "trace.checkpoint_mail_days": _days(
        msg("The office gets a checkpoint of the log of events every"), _T
    ),
    "trace.subscription_days": _days(
        msg("Events are sent again to a partner who cannot be reached for"), _T
    ),
    "scan.log_days": _days(msg("Scans of labels are kept for"), _R, most=3660),
    "scan.serial_scans": _count(
        msg("A serial number is suspicious after more scans than"), _L, Unit.PIECES, 10_000
    ),
    "scan.serial_devices": _count(
        msg("A serial number is suspicious after more telephones than"), _L, Unit.PIECES, 10_000
    ),
    "scan.speed_kmh": _count(
        msg("Between two scans nobody travels faster, in km/h, than"), _L, Unit.PIECES, 100_000
    ),
    "scan.before_sent_hours": _count(
        msg("Sending goods off is written down within"), _L, Unit.HOURS, 720
    ),
    "scan.after_sold_days": _days(msg("Goods are used up after their sale within"), _L, most=3660),
    "scan.sweep_serials": _count(
        msg("One telephone scans on one day no more numbers than"), _L, Unit.PIECES, 10_000
    ),
    "scan.lot_percent": _count(
        msg("Scans of a lot, in percent of its labels or pieces, at most"),
        _L,
        Unit.PERCENT,
        100_000,
    ),
    "scan.wrong_codes": _count(
        msg("The secret code of a label is typed wrong no more often than"),
        _L,
        Unit.PIECES,
        10_000,
    ),
    "scan.region": RuleName(
        msg("Where goods are sold, in degrees of the map"), _L, Shape.TABLE, None, 0, 180
    ),
    "diary.banned_ingredients": RuleName(
        msg("Active ingredients that are banned"), Group.FARMING, Shape.WORDS
    ),
    "diary.overlap_percent": _count(
        msg("Two plots are the same land when they share more than"),
        Group.FARMING,
        Unit.PERCENT,
        100,
    ),
    "hold.minutes": _count(msg("A basket keeps what it holds for"), _S, Unit.MINUTES, 1440),
    "pay.minutes.vietqr": _count(msg("A transfer is waited for"), _S, Unit.MINUTES, 10_080),
    "pay.minutes.card": _count(msg("A card page is waited for"), _S, Unit.MINUTES, 1440),
    "delivery.fee_vnd": _dong(msg("Delivery, for each vendor of an order"), _S),
    "cod.max_vnd": _dong(msg("An order paid on delivery, at most"), _S),
    "tax.exempt_annual_revenue": _dong(msg("Revenue of a year that is free of tax"), _X),
    "tax.return_day_of_next_month": _count(
        msg("The tax return is due in the next month on"), _X, Unit.DAY_OF_MONTH, 31
    ),
    "tax.matrix.goods": RuleName(msg("Rates on goods"), _X, Shape.RATES),
    "tax.matrix.service": RuleName(msg("Rates on services"), _X, Shape.RATES),
    "tax.matrix.production": RuleName(
        msg("Rates on production and transport, and services with goods"), _X, Shape.RATES
    ),
    "tax.matrix.other": RuleName(msg("Rates on other business"), _X, Shape.RATES),
    "tax.matrix.unknown": RuleName(msg("Rates when the kind is not known"), _X, Shape.RATES),
    "tax.matrix.agri_self_produced": RuleName(
        msg("Rates on what farmers grow and sell themselves"), _X, Shape.RATES
    ),
}


def rule_name(key: str) -> RuleName | None:
    """Return how a rule is shown; a requirement is called by the title in its value."""
    if key.startswith(REQUIREMENT):
        return RuleName("", Group.REQUIREMENTS, Shape.REQUIREMENT)
    return NAMES.get(key)


LABELS.update(
    {
        Group.REQUIREMENTS: msg("What vendors must prove"),
        Group.VETTING: msg("Applications and decisions"),
        Group.TRADE: msg("E-commerce, consumers, tours"),
        Group.PRIVACY: msg("Personal data"),
        Group.RETENTION: msg("How long things are kept"),
        Group.LISTINGS: msg("Listings: edits, words, pictures"),
        Group.FARMING: msg("Farm records"),
        Group.SELLING: msg("Basket, payment, delivery"),
        Group.TAX: msg("Tax"),
        Unit.WORKING_DAYS: msg("working days"),
        Unit.DAYS: msg("days"),
        Unit.HOURS: msg("hours"),
        Unit.MINUTES: msg("minutes"),
        Unit.MONTHS: msg("months"),
        Unit.YEARS: msg("years"),
        Unit.DONG: msg("đồng"),
        Unit.MEGABYTES: msg("MB"),
        Unit.PIECES: msg("pieces"),
        Unit.PERCENT: msg("percent"),
        Unit.DAY_OF_MONTH: msg("(day of the month)"),
    }
)

"""Contacts, passwords, waiting times: what holds for everybody's account."""

import enum
import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from kernel.actor import ROLES
from kernel.errors import Conflict, Invalid
from kernel.messages import LABELS, msg

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 128

FREE_FAILURES = 5
LONGEST_WAIT = timedelta(hours=1)
FAILURES_FORGOTTEN_AFTER = timedelta(hours=24)

PENDING_MINUTES = 10
SEEN_EVERY = timedelta(minutes=15)
IDLE_LIMIT = timedelta(days=30)
STAFF_IDLE_LIMIT = timedelta(hours=12)

LINK_LIFE = timedelta(hours=1)
KEPT_LINKS = timedelta(days=7)
KEPT_SIGN_INS = timedelta(days=90)
MESSAGES_AN_HOUR = 5

RECOVERY_CODES = 10

_MOBILE = {
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
}

# The head of public lists of leaked passwords, with what is typed most in Viet Nam.
_COMMON = frozenset(
    re.findall(
        r"\w+",
        "password password1 passw0rd qwertyuiop qwerty123 1q2w3e4r 1qaz2wsx iloveyou sunshine princess "
        "football baseball superman trustno1 starwars welcome1 admin123 letmein1 abcd1234 abc12345 "
        "a1234567 matkhau1 matkhau123 anhyeuem emyeuanh iloveyou1 vietnam1 vietnam123 saigon123 "
        "hanoi123 haiduong haiphong thanhha1 nguyenvan chophien xinchao1 khongbiet khongnho "
        "12341234 123123123 147258369 123456789a a123456789 123qwe123 zaq12wsx asdfghjkl",
    )
)


@dataclass(frozen=True)
class Contact:
    """How a person is reached and signs in: a telephone number or an e-mail address."""

    email: str | None = None
    phone: str | None = None

    @property
    def text(self) -> str:
        """Return the address or the number, in its one written form."""
        return self.email or self.phone or ""


def read_contact(text: str) -> Contact:
    """Read a mobile number (0912..., +84..., with spaces or dots) or an e-mail address.

    :raises Invalid: when it is neither.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    return Contact(email=_email(plain)) if "@" in plain else Contact(phone=_phone(plain))


def _email(text: str) -> str:
    try:
        return validate_email(text, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        raise Invalid(
            msg("Write an e-mail address such as lan@example.com."), field="contact"
        ) from None


def _phone(text: str) -> str:
    try:
        number = phonenumbers.parse(text, "VN")
    except phonenumbers.NumberParseException:
        number = None
    if (
        number is None
        or not phonenumbers.is_valid_number(number)
        or phonenumbers.number_type(number) not in _MOBILE
    ):
        raise Invalid(
            msg("Write a mobile number such as 0912 345 678, or an e-mail address."),
            field="contact",
        )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normal_password(text: str) -> str:
    """Return a password in one form, however the keyboard composed its accents."""
    return unicodedata.normalize("NFKC", text)


def check_password(password: str, contact: str) -> None:
    """Refuse a password that is too short, too long or known to every guesser.

    :raises Invalid: saying what to do.
    """
    plain = normal_password(password)
    small = plain.casefold()
    if len(plain) < SHORTEST_PASSWORD:
        raise Invalid(
            msg("Use at least %(least)s characters."), field="password", least=SHORTEST_PASSWORD
        )
    if len(plain) > LONGEST_PASSWORD:
        raise Invalid(
            msg("Use at most %(most)s characters."), field="password", most=LONGEST_PASSWORD
        )
    if small in _COMMON or _is_pattern(small) or _is_contact(small, contact):
        raise Invalid(
            msg("This password is easy to guess. Three or four unrelated words are better."),
            field="password",
        )


def _is_pattern(text: str) -> bool:
    """Tell whether a text repeats itself or counts up or down."""
    steps = {ord(b) - ord(a) for a, b in pairwise(text)}
    repeats = any(text == (text[:size] * len(text))[: len(text)] for size in (1, 2, 3))
    digits = text.isascii() and text.isdigit()
    return repeats or steps in ({1}, {-1}) or (digits and text in "12345678901234567890")


def _is_contact(text: str, contact: str) -> bool:
    local = contact.partition("@")[0].casefold()
    own = {contact.casefold(), local, local.lstrip("+"), "0" + local.removeprefix("+84")}
    return text in own


def wait_after(failures: int) -> timedelta:
    """Return how long to wait after so many failures: five are free, then 1, 2, 4 ... minutes."""
    if failures < FREE_FAILURES:
        return timedelta(0)
    return min(timedelta(minutes=2 ** min(failures - FREE_FAILURES, 10)), LONGEST_WAIT)


def is_idle(seen_at: datetime, now: datetime, *, staff: bool) -> bool:
    """Tell whether a browser was away for so long that its sign-in is over."""
    return now - seen_at > (STAFF_IDLE_LIMIT if staff else IDLE_LIMIT)


def is_staff(roles: frozenset[str]) -> bool:
    """Tell whether these roles oblige to a second factor."""
    return not ROLES.isdisjoint(roles)


def digest(text: str) -> str:
    """Return the SHA-256 of an unguessable text, or of a contact as the key of a counter."""
    return hashlib.sha256(text.encode()).hexdigest()


_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
_BROWSERS = (
    ("Zalo", "Zalo"),
    ("FBAN", "Facebook"),
    ("coc_coc", "Cốc Cốc"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)


def device_name(user_agent: str) -> str:
    """Return what a person would call this browser, such as ``Chrome · Android``; "" if unknown."""
    found = [
        next((name for mark, name in marks if mark in user_agent), "")
        for marks in (_BROWSERS, _SYSTEMS)
    ]
    return " · ".join(name for name in found if name)


class RequestKind(enum.Enum):
    """What a person can ask about their personal data."""

    ACCESS = "access"
    CORRECTION = "correction"
    DELETION = "deletion"
    RESTRICTION = "restriction"
    OBJECTION = "objection"
    WITHDRAWAL = "withdrawal"


class RequestState(enum.Enum):
    """received -> acknowledged -> done or refused."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    DONE = "done"
    REFUSED = "refused"


_K, _R = RequestKind, RequestState

REQUEST_ARROWS: dict[tuple[RequestState, str], RequestState] = {
    (_R.RECEIVED, "acknowledge"): _R.ACKNOWLEDGED,
    (_R.ACKNOWLEDGED, "extend"): _R.ACKNOWLEDGED,
    (_R.ACKNOWLEDGED, "finish"): _R.DONE,
    (_R.ACKNOWLEDGED, "refuse"): _R.REFUSED,
}

REQUEST_WORDS = {
    "acknowledge": msg("Confirm that it arrived"),
    "extend": msg("Take more time, once"),
    "finish": msg("It is done"),
    "refuse": msg("Refuse"),
}

WAITING_REQUESTS = (_R.RECEIVED, _R.ACKNOWLEDGED)

REQUEST_DAYS: dict[RequestKind, str] = {
    _K.ACCESS: "privacy.access_days",
    _K.CORRECTION: "privacy.correction_days",
    _K.DELETION: "privacy.deletion_days",
    _K.RESTRICTION: "privacy.withdraw_days",
    _K.OBJECTION: "privacy.withdraw_days",
    _K.WITHDRAWAL: "privacy.withdraw_days",
}
"""The rule that says how many days the market has."""


def request_after(state: RequestState, action: str, *, extended: bool) -> RequestState:
    """Return the state of a request after an action.

    :raises Conflict: when the table has no such arrow, or time is taken a second time.
    """
    if action == "extend" and extended:
        raise Conflict(msg("The time was extended before; it can be extended once only."))
    try:
        return REQUEST_ARROWS[state, action]
    except KeyError:
        raise Conflict(msg("This cannot be done in the present state of the request.")) from None


def request_actions(state: RequestState, *, extended: bool) -> list[str]:
    """Return what the office may do with a request now."""
    actions = [action for start, action in REQUEST_ARROWS if start is state]
    return [action for action in actions if action != "extend" or not extended]


LABELS.update(
    {
        _K.ACCESS: msg("See what is held about me"),
        _K.CORRECTION: msg("Have something corrected"),
        _K.DELETION: msg("Have something deleted"),
        _K.RESTRICTION: msg("Have the use of my data restricted"),
        _K.OBJECTION: msg("Object to a use of my data"),
        _K.WITHDRAWAL: msg("Withdraw a consent"),
        _R.RECEIVED: msg("Received"),
        _R.ACKNOWLEDGED: msg("Being worked on"),
        _R.DONE: msg("Done"),
        _R.REFUSED: msg("Refused"),
    }
)

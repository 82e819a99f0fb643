"""Checks of the content of values, by the names that the table of AIs uses."""

import calendar
import re
from collections.abc import Callable

from traceability.gs1.codes import COUNTRIES, COUNTRY_LETTERS, CURRENCIES, PACKAGES
from traceability.gs1.keys import check_digit

CSET_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
CHARACTERS = {
    "N": frozenset("0123456789"),
    "X": frozenset(CSET_82),
    "Y": frozenset("#-/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    "Z": frozenset("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"),
}
# The shortest GS1 company prefix.
PREFIX_DIGITS = 4
# Two digits of a year lie within fifty years of this one (GS1 General Specifications, 7.12).
MIDDLE_YEAR = 21
_CHECK_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83)


def is_of_kind(text: str, kind: str) -> bool:
    """Tell whether a text is made of the signs of its kind; base64url may end in padding."""
    if kind != "Z":
        return CHARACTERS[kind].issuperset(text)
    bare = text.rstrip("=")
    pads = len(text) - len(bare)
    # As the engine of GS1 counts them.
    return CHARACTERS[kind].issuperset(bare) and (not pads or (pads <= 2 and len(text) % 3 == 0))


def _has_check_digit(value: str) -> bool:
    return check_digit(value[:-1]) == value[-1]


def _has_prefix_at(place: int) -> Callable[[str], bool]:
    def begins(value: str) -> bool:
        digits = value[place : place + PREFIX_DIGITS]
        return len(digits) == PREFIX_DIGITS and digits.isascii() and digits.isdigit()

    return begins


def _is_day(value: str, *, last_of_month: bool = False) -> bool:
    """Tell whether YYMMDD, or YYYYMMDD, is a day of the calendar; day 00 where that may be."""
    if len(value) == 6:
        value = f"{_century(int(value[:2]))}{value}"
    year, month, day = int(value[:4]), int(value[4:6]), int(value[6:])
    if not 1 <= month <= 12:
        return False
    # monthrange knows no year 0, which has the months of 2000.
    last = calendar.monthrange(year or 2000, month)[1]
    return (0 if last_of_month else 1) <= day <= last


def _century(year: int) -> int:
    if year - MIDDLE_YEAR >= 51:
        return 19
    return 20 if year - MIDDLE_YEAR > -50 else 21


def _below(limit: int) -> Callable[[str], bool]:
    return lambda value: int(value) < limit


def _is_piece_of_total(value: str) -> bool:
    half = len(value) // 2
    return 1 <= int(value[:half]) <= int(value[half:])


def _has_check_letters(value: str) -> bool:
    """Tell whether the last two signs fit (GS1 General Specifications, 7.9.5)."""
    if len(value) < 2:
        return False
    weights = zip(reversed(value[:-2]), _PRIMES, strict=False)
    total = sum(CSET_82.index(sign) * prime for sign, prime in weights) % 1021
    return value[-2:] == _CHECK_LETTERS[total >> 5] + _CHECK_LETTERS[total & 31]


def _is_iban(value: str) -> bool:
    if not re.fullmatch(r"[0-9A-Z]{11,34}", value) or value[:2] not in COUNTRY_LETTERS:
        return False
    return int("".join(str(int(sign, 36)) for sign in value[4:] + value[:4])) % 97 == 1


def _is_place_in_sequence(value: str) -> bool:
    found = re.fullmatch(r"([1-9]\d*)/([1-9]\d*)", value, re.ASCII)
    return bool(found) and int(found[1]) <= int(found[2])


def _fits(pattern: str) -> Callable[[str], bool]:
    return lambda value: re.fullmatch(pattern, value, re.ASCII) is not None


CHECKS: dict[str, Callable[[str], bool]] = {
    "csum": _has_check_digit,
    "csumalpha": _has_check_letters,
    # Coupons of North America: what is inside of them nobody here reads.
    "couponcode": _fits(r"\d+"),
    "couponposoffer": _fits(r"[01]\d+"),
    "gcppos1": _has_prefix_at(0),
    "gcppos2": _has_prefix_at(1),
    "hasnondigit": lambda value: not value.isdigit(),
    "hh": _below(24),
    "hhmi": lambda value: int(value[:2]) < 24 and int(value[2:]) < 60,
    "hyphen": lambda value: set(value) == {"-"},
    "iban": _is_iban,
    "importeridx": _fits(r"[-0-9A-Z_a-z]"),
    "iso3166": COUNTRIES.__contains__,
    "iso3166999": (COUNTRIES | {"999"}).__contains__,
    "iso3166alpha2": COUNTRY_LETTERS.__contains__,
    "iso4217": CURRENCIES.__contains__,
    "iso5218": _fits(r"[0129]"),
    "latitude": lambda value: int(value) <= 1_800_000_000,
    "longitude": lambda value: int(value) <= 3_600_000_000,
    "mediatype": lambda value: 1 <= int(value) <= 10 or int(value) >= 80,
    "mi": _below(60),
    "nonzero": lambda value: int(value) > 0,
    "nozeroprefix": lambda value: not value.startswith("0"),
    "packagetype": PACKAGES.__contains__,
    "pcenc": lambda value: not re.search(r"%(?![0-9A-Fa-f]{2})", value),
    "pieceoftotal": _is_piece_of_total,
    "posinseqslash": _is_place_in_sequence,
    "ss": _below(60),
    "winding": _fits(r"[019]"),
    "yesno": _fits(r"[01]"),
    "yymmd0": lambda value: _is_day(value, last_of_month=True),
    "yymmdd": _is_day,
    "yyyymmdd": _is_day,
    "zero": lambda value: set(value) == {"0"},
}
"""Each is asked about text of the right kind and length only."""

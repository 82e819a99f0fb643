"""What may stand in a column: from what people write to a value, or a refusal that says what to do."""

import difflib
import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import phonenumbers

from kernel import clock, places
from kernel.errors import Invalid
from kernel.messages import msg
from kernel.money import parse_vnd
from kernel.text import fold
from shop.importing.readers import Cell


@dataclass(frozen=True)
class Reading:
    """What reading a cell depends on: the moment, and whether this is the demo's sample."""

    now: datetime
    demo: bool = False


Read = Callable[[Cell, Reading], object]


@dataclass(frozen=True)
class Column:
    """One column: its English name, the header of our template, what it may hold."""

    name: str
    header: str
    read: Read
    required: bool = False
    also: tuple[str, ...] = ()
    missing: object = ""
    """The value of an empty cell."""

    @property
    def keys(self) -> frozenset[str]:
        """Every header under which the column is known, folded."""
        return frozenset(fold(known) for known in (self.name, self.header, *self.also))


def near(word: str, known: Mapping[str, str] | list[str], most: int = 3) -> list[str]:
    """Return the known words that look most like a word, accents aside."""
    by_fold = {fold(each): each for each in known}
    return [by_fold[hit] for hit in difflib.get_close_matches(fold(word), by_fold, most, 0.6)]


def written(cell: Cell) -> str:
    """Return a cell as text: what stands there, or its closest writing."""
    if isinstance(cell, datetime):
        return f"{cell:%d/%m/%Y %H:%M}".removesuffix(" 00:00")
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    if isinstance(cell, float):
        return f"{cell:.10g}".replace(".", ",")
    return "" if cell is None else str(cell)


def text(most: int) -> Read:
    """Read any text up to a length."""

    def read(cell: Cell, _reading: Reading) -> str:
        words = "".join(c for c in written(cell) if c in "\n\t" or c.isprintable()).strip()
        if len(words) > most:
            raise Invalid(
                msg("%(long)s characters are too many: at most %(most)s."),
                long=len(words),
                most=most,
            )
        return words

    return read


def code(most: int) -> Read:
    """Read a key: letters, digits, hyphens, dots; it becomes capitals."""
    shape = re.compile(rf"[A-Za-z0-9._/-]{{1,{most}}}")

    def read(cell: Cell, _reading: Reading) -> str:
        key = written(cell).strip()
        if not shape.fullmatch(key):
            raise Invalid(
                msg("A code has letters, digits and hyphens, no spaces, at most %(most)s."),
                most=most,
            )
        return key.upper()

    return read


def lower(most: int) -> Read:
    """Read a word of our own in small letters, such as the name of a picture or a shelf."""

    def read(cell: Cell, reading: Reading) -> str:
        return str(code(most)(cell, reading)).lower()

    return read


def number(least: int, most: int) -> Read:
    """Read a whole number within bounds; a point may separate thousands."""

    def read(cell: Cell, _reading: Reading) -> int:
        digits = re.sub(r"(?<=\d)[. ](?=\d{3}(\D|$))", "", written(cell))
        if not re.fullmatch(r"-?\d{1,12}", digits, re.ASCII):
            raise Invalid(msg("Write a whole number."))
        if not least <= int(digits) <= most:
            raise Invalid(
                msg("The number must be between %(least)s and %(most)s."), least=least, most=most
            )
        return int(digits)

    return read


def degrees(most: int) -> Read:
    """Read a geographic degree with a decimal point or comma."""

    def read(cell: Cell, _reading: Reading) -> float:
        digits = written(cell).replace(",", ".")
        if not re.fullmatch(r"-?\d{1,3}(\.\d{1,12})?", digits, re.ASCII):
            raise Invalid(msg("Write degrees such as 20,8721."))
        if abs(float(digits)) > most:
            raise Invalid(
                msg("The number must be between %(least)s and %(most)s."), least=-most, most=most
            )
        return float(digits)

    return read


def money(cell: Cell, _reading: Reading) -> int:
    """Read đồng: 45000, 45.000, 45k, 1,2 tr; never negative."""
    words = written(cell)
    if words.startswith(("-", "\u2212", "(")):
        raise Invalid(msg("A price is never negative."))
    return parse_vnd(words)


def amount(cell: Cell, _reading: Reading) -> str:
    """Keep an amount as written; the unit of its row says later how to read it."""
    words = written(cell)
    if words.startswith(("-", "\u2212")):
        raise Invalid(msg("An amount is never negative."))
    return words


_DAY = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_CLOCK = re.compile(r"(\d{1,2})(?::|h)(\d{2})?")
_AHEAD = re.compile(r"([+-]\d{1,4})d")
_SHIFT = re.compile(r"([+-]\d{1,4})([hm])")


def day(cell: Cell, reading: Reading) -> date:
    """Read a day: a date cell, 23/11/2026, 2026-11-23."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        raise Invalid(
            msg("This is Excel's number of a day. Format the column as a date, or as text.")
        )
    return _day_of(written(cell), reading)


def moment(cell: Cell, reading: Reading) -> datetime:
    """Read a day with the time in Viet Nam: 23/11/2026 08:30; without a time, midnight."""
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=clock.HANOI)
    shift = _SHIFT.fullmatch(written(cell))
    if shift and reading.demo:
        return reading.now + timedelta(**{_SHIFT_UNITS[shift[2]]: int(shift[1])})
    words, _, hours = written(cell).partition(" ")
    on = day(cell, reading) if not isinstance(cell, str) else _day_of(words, reading)
    return datetime.combine(on, _time_of(hours.strip()), clock.HANOI)


_SHIFT_UNITS = {"h": "hours", "m": "minutes"}


def _day_of(words: str, reading: Reading) -> date:
    ahead = _AHEAD.fullmatch(words)
    if ahead and reading.demo:
        return clock.local_date(reading.now) + timedelta(int(ahead[1]))
    if ahead or _SHIFT.fullmatch(words):
        raise Invalid(msg("Days counted from today are for the demo only. Write the date."))
    iso, usual = _ISO.fullmatch(words), _DAY.fullmatch(words)
    parts = iso.groups() if iso else usual.groups()[::-1] if usual else ("0", "0", "0")
    try:
        return date(*(int(part) for part in parts))
    except ValueError:
        raise Invalid(msg("This is no day. Write it as 23/11/2026.")) from None


def _time_of(words: str) -> time:
    found = _CLOCK.fullmatch(words) if words else None
    try:
        return (
            time(int(found[1]), int(found[2] or 0)) if found else time.fromisoformat(words or "00")
        )
    except ValueError:
        raise Invalid(msg("This is no time. Write it as 08:30.")) from None


_YES = frozenset(fold(word) for word in ("x", "có", "yes", "y", "true", "1", "đúng", "rồi"))
_NO = frozenset(fold(word) for word in ("không", "no", "n", "false", "0", "chưa"))


def flag(cell: Cell, _reading: Reading) -> bool:
    """Read a yes or no: x, có, yes; không, no."""
    word = fold(written(cell))
    if word not in _YES | _NO:
        raise Invalid(msg("Write có or không (yes or no)."))
    return word in _YES


def phone(cell: Cell, _reading: Reading) -> str:
    """Read a telephone number as E.164; Excel's lost leading zero is put back."""
    words = written(cell)
    if isinstance(cell, int) and len(words) == 9:
        words = "0" + words
    try:
        found = phonenumbers.parse(words, "VN")
    except phonenumbers.NumberParseException:
        found = None
    if found is None or not phonenumbers.is_valid_number(found):
        raise Invalid(msg("Write a phone number such as 0912 345 678."))
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)


def one_of(words: Mapping[str, Hashable]) -> Read:
    """Read one of a list; every member is known by several words, in both languages."""
    by_fold = {fold(word): member for word, member in words.items()}

    def read(cell: Cell, _reading: Reading) -> Hashable:
        found = by_fold.get(fold(written(cell)))
        if found is None:
            raise Invalid(
                msg("This is not on the list. Write one of: %(choices)s."),
                choices=", ".join(_first_words(words)),
            )
        return found

    return read


def _first_words(words: Mapping[str, Hashable]) -> list[str]:
    first: dict[Hashable, str] = {}
    for word, member in words.items():
        first.setdefault(member, word)
    return list(first.values())


def several(read_one: Read) -> Read:
    """Read several of the same, between commas or semicolons."""

    def read(cell: Cell, reading: Reading) -> tuple[object, ...]:
        parts = re.split(r"[,;]", written(cell))
        return tuple(read_one(part.strip(), reading) for part in parts if part.strip())

    return read


def commune(cell: Cell, _reading: Reading) -> str:
    """Read a commune of today, or an old one with its old district, as its key.

    "10813 Xã Thanh Hà", "Xã Thanh Hà", "vn-2025:10813", "xã Thanh Sơn, huyện Thanh Hà".
    """
    words = " ".join(written(cell).split())
    if words.startswith(places.SCHEME):
        return places.commune(words).key
    if re.fullmatch(r"\d+", words, re.ASCII):
        raise Invalid(
            msg("A bare code may be an old or a new one. Write the name, or both: %(example)s."),
            example="10813 Xã Thanh Hà",
        )
    coded = re.fullmatch(r"(\d{5}) +(.+)", words, re.ASCII)
    return _coded(coded[1], coded[2]) if coded else _named(words)


def _coded(digits: str, name: str) -> str:
    found = {place.code: place for place in places.communes()}.get(digits)
    if found is None or fold(name) not in {fold(found.name), fold(found.short)}:
        raise Invalid(
            msg("Code and name do not belong together. %(code)s is %(name)s."),
            code=digits,
            name=found.name if found else "?",
        )
    return found.key


def _named(words: str) -> str:
    wanted = fold(words)
    exact = [p for p in places.communes() if wanted in {fold(p.name), fold(p.short)}]
    full = [p for p in exact if fold(p.name) == wanted]
    found = full or exact or places.resolve_line(words)
    if len(found) == 1:
        return found[0].key
    if found:
        raise Invalid(
            msg("This may be several communes of today. Write one of: %(names)s."),
            names=", ".join(f"{p.code} {p.name}" for p in found),
        )
    close = near(words, [p.name for p in places.communes()])
    if close:
        raise Invalid(
            msg("There is no such commune. Close to it: %(names)s."), names=", ".join(close)
        )
    raise Invalid(msg("There is no such commune in the city of today."))

"""One form for values: numbers, instants, terms and identifiers (CBV 2.0, 8.9)."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from traceability.epcis.contexts import expanded_value
from traceability.epcis.ids import canonical_id
from traceability.epcis.words import web_word

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
# So many digits are kept by a double; longer ones are taken as they are written.
_FAITHFUL = 15
_INSTANT = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE
)


def read_instant(text: str) -> datetime | None:
    """Return the instant of a whole RFC 3339 date-time with its offset; None for anything else."""
    if not _INSTANT.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text.upper())
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def instant_text(moment: datetime) -> str:
    """Return an instant in UTC with three decimals, rounded half up, and a Z."""
    rest = moment.microsecond % 1000
    step = timedelta(microseconds=1000 - rest if rest >= 500 else -rest)
    rounded = moment.astimezone(UTC) + step
    return rounded.strftime("%Y-%m-%dT%H:%M:%S.") + f"{rounded.microsecond // 1000:03d}Z"


def time_text(text: str) -> str:
    """Return a time as it is hashed; what is no time stays as it is."""
    moment = read_instant(text)
    if moment is None:
        return text
    try:
        return instant_text(moment)
    except OverflowError:
        return text


def number_text(text: str) -> str:
    """Return a number without noughts around it; what is no number stays as it is."""
    if not _NUMBER.fullmatch(text):
        return text
    whole = text.lstrip("+-").lower()
    digits = re.sub(r"[^\d]", "", whole.partition("e")[0]).strip("0")
    if len(digits) > _FAITHFUL:
        return _long_number(text)
    value = float(text)
    if value in (float("inf"), float("-inf")):
        return text
    return str(int(value)) if value == int(value) else str(value)


def _long_number(text: str) -> str:
    """Return digits beyond a double's without noughts around; an exponent stays as written."""
    sign = "-" if text.startswith("-") else ""
    body, e, exponent = text.lstrip("+-").partition("e")
    whole, dot, part = body.partition(".")
    part = part.rstrip("0")
    return sign + (whole.lstrip("0") or "0") + (dot + part if part else "") + e + exponent


def plain(value: Any) -> str:
    """Return a JSON scalar as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def value_text(value: Any, prefixes: Mapping[str, str]) -> str:
    """Return a value in its one form: prefix written out, number, term or identifier."""
    text = web_word(expanded_value(plain(value).strip(), prefixes))
    return canonical_id(number_text(text))

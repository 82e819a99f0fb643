"""Values of rules as people read and type them."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _

from kernel.errors import Invalid
from kernel.i18n import format_day, pick
from kernel.messages import LABELS, msg
from kernel.web.language import current_language
from shop.ruling.records import record_lines
from shop.ruling.words import REQUIREMENT, RuleName, Shape, Unit
from vendors.rules import DocumentKind, Fact, LegalForm, Offer, Scheme

RATES: Mapping[str, str] = {
    "vat": msg("Value added tax"),
    "pit": msg("Income tax of residents"),
    "pit_non_resident": msg("Income tax of non-residents"),
}
DECIDED: Mapping[str, str] = {
    "approve": msg("Approved"),
    "reject": msg("Rejected"),
    "final": msg("Appeal dismissed or application withdrawn"),
}
ACTIONS: Mapping[str, str] = {
    "submit": msg("Handed in"),
    "cancel": msg("Withdrawn by the applicant"),
    "take": msg("Taken for review"),
    "request_information": msg("More information requested"),
    "approve": msg("Approved"),
    "reject": msg("Rejected"),
    "suspend": msg("Suspended"),
    "reinstate": msg("Reinstated"),
    "terminate": msg("Terminated"),
    "appeal": msg("Appealed"),
    "allow_appeal": msg("Appeal allowed"),
    "dismiss_appeal": msg("Appeal dismissed"),
    "call_renewal": msg("Renewal due"),
    "renew": msg("Renewed"),
    "lapse": msg("Recognition lapsed"),
    "close": msg("Account closed"),
    "import": msg("Entered from the office's table"),
}
_CELLS: Mapping[str, Mapping[str, str]] = {
    "vendor.grounds": ACTIONS,
    "privacy.identity_days_after_decision": DECIDED,
    "listing.picture_pixels": {
        "least": msg("Longer side, at least (pixels)"),
        "good": msg("Longer side from which it is good (pixels)"),
    },
    "listing.picture_likeness": {
        "most_bits": msg("Bits in which two pictures may differ and be one"),
        "most_candidates": msg("Pictures compared, at most"),
    },
}


def title_of(key: str, name: RuleName | None, value: Any) -> str:
    """Return what a rule is called in the reader's language."""
    if key.startswith(REQUIREMENT) and isinstance(value, dict):
        return pick(value.get("title"), current_language()) or key
    return str(_(name.words)) if name else key


def cell_words(key: str, cell: str) -> str:
    """Return what one cell of a table is called."""
    words = {**RATES, **_CELLS.get(key, {})}
    return str(_(words[cell])) if cell in words else cell


def value_lines(key: str, name: RuleName | None, value: Any) -> list[str]:
    """Return a value in words, a line for each part."""
    if name is None:
        return [str(value)]
    if name.shape in _LINES:
        return _LINES[name.shape](value)
    if isinstance(value, dict):
        return [f"{cell_words(key, cell)}: {_cell(name, part)}" for cell, part in value.items()]
    return [_single(name, value)]


def read_number(text: str, *, field: str, least: int = 0, most: int = 10**11) -> int:
    """Return a typed whole number; dots between thousands are fine.

    :raises Invalid: when it is none, or out of bounds; ``field`` names the input.
    """
    bare = text.strip()
    if re.fullmatch(r"\d{1,3}(\.\d{3})+", bare):
        bare = bare.replace(".", "")
    if not re.fullmatch(r"[0-9]{1,12}", bare) or not least <= int(bare) <= most:
        raise Invalid(
            msg("Write a whole number from %(least)s to %(most)s."),
            field=field,
            least=f"{least:,}".replace(",", "."),
            most=f"{most:,}".replace(",", "."),
        )
    return int(bare)


def read_rate(text: str, *, field: str) -> int | None:
    """Return a typed percentage in hundredths of a percent; nothing where there is none.

    :raises Invalid: when it is no percentage up to 100 with two decimals.
    """
    bare = text.strip().removesuffix("%").strip()
    if not bare:
        return None
    found = re.fullmatch(r"([0-9]{1,3})(?:[.,]([0-9]{1,2}))?", bare)
    hundredths = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else 10_001
    if hundredths > 10_000:
        raise Invalid(msg("Write a percentage such as 1,5."), field=field)
    return hundredths


def write_rate(hundredths: int | None) -> str:
    """Return hundredths of a percent as people write them: 150 is 1,5."""
    if hundredths is None:
        return ""
    whole, rest = divmod(hundredths, 100)
    return f"{whole},{rest:02d}".rstrip("0").rstrip(",") if rest else str(whole)


def _single(name: RuleName, value: Any) -> str:
    if isinstance(value, bool):
        return str(_("yes")) if value else str(_("no"))
    if isinstance(value, int):
        return _with_unit(f"{value:,}".replace(",", "."), name.unit)
    if isinstance(value, list):
        return _with_unit(", ".join(map(str, value)), name.unit)
    return format_day(date.fromisoformat(value)) if name.shape is Shape.DAY else str(value)


def _cell(name: RuleName, part: Any) -> str:
    if name.shape is Shape.RATES:
        return f"{write_rate(part)} %" if part is not None else str(_("none"))
    return _single(name, part)


def _with_unit(text: str, unit: Unit | None) -> str:
    return f"{text} {_(LABELS[unit])}" if unit else text


def _requirement_lines(value: Mapping[str, Any]) -> list[str]:
    """Return whom a requirement concerns and what proves it."""
    proof = value["any_of"]
    kinds = [
        *_labels(DocumentKind, proof.get("papers", [])),
        *_labels(Scheme, proof.get("schemes", [])),
        *_labels(Fact, proof.get("facts", [])),
    ]
    forms = _labels(LegalForm, value.get("forms", []))
    sells = _labels(Offer, value.get("sells", []))
    everybody, anything = str(_("all legal forms")), str(_("all offers"))
    return [
        f"{', '.join(forms) or everybody} · {', '.join(sells) or anything}",
        str(_("Proved by: %(kinds)s", kinds=", ".join(kinds))),
        *([str(_("May stay open."))] if value.get("optional") else []),
    ]


def _consent_lines(value: Mapping[str, Any]) -> list[str]:
    return [value["version"], pick(value["text"], current_language())]


_LINES: Mapping[Shape, Callable[[Any], list[str]]] = {
    Shape.REQUIREMENT: _requirement_lines,
    Shape.CONSENT: _consent_lines,
    Shape.RECORDS: record_lines,
}


def _labels(kind: Any, values: list[str]) -> list[str]:
    known = {member.value: member for member in kind}
    return [str(_(LABELS[known[one]])) if one in known else one for one in values]

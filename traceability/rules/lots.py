"""The states, kinds and codes of lots."""

import enum
import re
from datetime import date

from kernel.errors import Conflict, Invalid
from kernel.messages import LABELS, msg


class LotState(enum.Enum):
    """OPEN may be sold; HELD and RECALLED may not; of a CLOSED one nothing is left."""

    OPEN = "open"
    HELD = "held"
    RECALLED = "recalled"
    CLOSED = "closed"


class LotKind(enum.Enum):
    """How a lot came to be: from the field, packed from others, packed once more, or bought in."""

    HARVEST = "harvest"
    PACKED = "packed"
    REPACKED = "repacked"
    RECEIVED = "received"


class WhatRole(enum.Enum):
    """What a thing is in an event (EPCIS 2.0, the dimension "what")."""

    EPC = "epc"
    PARENT = "parent"
    CHILD = "child"
    INPUT = "input"
    OUTPUT = "output"


class IdKind(enum.Enum):
    """One thing by itself, or some amount of a class such as a lot."""

    INSTANCE = "instance"
    CLASS = "class"


LABELS.update(
    {
        LotState.OPEN: msg("Passed"),
        LotState.HELD: msg("On hold"),
        LotState.RECALLED: msg("Recalled"),
        LotState.CLOSED: msg("Used up"),
        LotKind.HARVEST: msg("Harvest lot"),
        LotKind.PACKED: msg("Packed lot"),
        LotKind.REPACKED: msg("Repacked lot"),
        LotKind.RECEIVED: msg("Received lot"),
    }
)

_S = LotState

ARROWS: dict[tuple[LotState, str], LotState] = {
    (_S.OPEN, "hold"): _S.HELD,
    (_S.OPEN, "recall"): _S.RECALLED,
    (_S.OPEN, "close"): _S.CLOSED,
    (_S.HELD, "release"): _S.OPEN,
    (_S.HELD, "recall"): _S.RECALLED,
    # What was sold or packed long ago can still be found to be bad.
    (_S.CLOSED, "hold"): _S.HELD,
    (_S.CLOSED, "recall"): _S.RECALLED,
    # Something came back, or was counted after all.
    (_S.CLOSED, "reopen"): _S.OPEN,
}

STOPPED = frozenset({_S.HELD, _S.RECALLED})
"""Nobody may sell, label, list, pack or ship a lot in one of these states."""

MOST_REASON = 300

_LOT_CODE = re.compile(r"[A-Z0-9](?:[A-Z0-9-]{0,18}[A-Z0-9])?")
# What spreadsheets turn into numbers.
_LIKE_A_NUMBER = re.compile(r"\d+(?:E\d+)?")
_TRACE_CODE = re.compile(r"[0-9A-Z]{6,16}")


def after(state: LotState, action: str) -> LotState:
    """Return the state after an action.

    :raises Conflict: when the table has no such arrow.
    """
    try:
        return ARROWS[state, action]
    except KeyError:
        raise Conflict(msg("This cannot be done in the present state of the lot.")) from None


def need_reason(reason: str) -> str:
    """Return why a lot is held, released or recalled, without spaces around it.

    :raises Invalid: when it says nothing, or too much.
    """
    text = " ".join(reason.split())
    if len(text) < 5:
        raise Invalid(msg("Write the reason in a few words."), field="reason")
    if len(text) > MOST_REASON:
        raise Invalid(
            msg("Write it in at most %(most)s letters."), field="reason", most=MOST_REASON
        )
    return text


def lot_code(harvested_on: date, number: int) -> str:
    """Return a lot's code, such as L2611-023: month of harvest and number within the vendor."""
    return f"L{harvested_on:%y%m}-{number:03d}"


def lot_number(code: str) -> tuple[str, int] | None:
    """Return the month (``2611``) and number of a code made by the house, else None."""
    found = re.fullmatch(r"L(\d{4})-(\d{3,9})", code, re.ASCII)
    return (found[1], int(found[2])) if found else None


def checked_lot_code(text: str) -> str:
    """Return a lot code given by a vendor: capitals, digits, hyphens, at most 20 characters.

    :raises Invalid: for anything else, and for what a spreadsheet would read as a number.
    """
    code = text.strip().upper()
    if not _LOT_CODE.fullmatch(code) or _LIKE_A_NUMBER.fullmatch(code):
        raise Invalid(
            msg("A lot code has capitals, digits and hyphens, at most 20, such as L2611-023."),
            field="code",
        )
    return code


def is_trace_code(text: str) -> bool:
    """Tell whether a text has the form of a trace code."""
    return bool(_TRACE_CODE.fullmatch(text))

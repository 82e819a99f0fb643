"""Kinds and states of the office's documents, and how their numbers are written."""

import enum
import re
from collections.abc import Iterable

from kernel.errors import Conflict
from kernel.messages import LABELS, msg


class DecisionKind(enum.Enum):
    """What a document of the office does."""

    RECOGNITION = "recognition"
    REJECTION = "rejection"
    INFORMATION_REQUEST = "information_request"
    SUSPENSION = "suspension"
    TERMINATION = "termination"
    INSPECTION = "inspection"


class DecisionState(enum.Enum):
    """How far a document is."""

    DRAFTED = "drafted"
    # Issued: it has its number and day, and waits for the signature.
    NUMBERED = "numbered"
    SIGNED = "signed"
    WITHDRAWN = "withdrawn"


class Revocation(enum.Enum):
    """What the authorities said about the certificates of a signature."""

    NOT_ASKED = "not_asked"
    GOOD = "good"
    UNREACHABLE = "unreachable"


_K, _S, _R = DecisionKind, DecisionState, Revocation

DECISION, NOTICE, MINUTES = "QĐ", "TB", "BB"

TYPE_CODES: dict[DecisionKind, str] = {
    _K.RECOGNITION: DECISION,
    _K.REJECTION: DECISION,
    _K.INFORMATION_REQUEST: NOTICE,
    _K.SUSPENSION: DECISION,
    _K.TERMINATION: DECISION,
    _K.INSPECTION: MINUTES,
}
"""Abbreviation of the type, by NĐ 30/2020/NĐ-CP Appendix III: each has a register of its own."""

KIND_OF_STEP: dict[str, DecisionKind] = {
    "approve": _K.RECOGNITION,
    "renew": _K.RECOGNITION,
    "reject": _K.REJECTION,
    "dismiss_appeal": _K.REJECTION,
    "request_information": _K.INFORMATION_REQUEST,
    "suspend": _K.SUSPENSION,
    "terminate": _K.TERMINATION,
}
"""The document that an arrow of a dossier asks for."""

_ARROWS: dict[tuple[DecisionState, str], DecisionState] = {
    (_S.DRAFTED, "edit"): _S.DRAFTED,
    (_S.DRAFTED, "issue"): _S.NUMBERED,
    (_S.DRAFTED, "withdraw"): _S.WITHDRAWN,
    (_S.NUMBERED, "file"): _S.NUMBERED,
    (_S.NUMBERED, "sign"): _S.SIGNED,
    (_S.NUMBERED, "withdraw"): _S.WITHDRAWN,
    (_S.SIGNED, "withdraw"): _S.WITHDRAWN,
}

PUBLIC = frozenset({_S.NUMBERED, _S.SIGNED, _S.WITHDRAWN})
"""States in which anybody may look a numbered document up."""

_NUMBER = re.compile(r"0*([1-9][0-9]{0,6})\s*/\s*(QĐ|QD|TB|BB)(?:\s*-\s*\w{1,12})?", re.IGNORECASE)


def after_decision(state: DecisionState, action: str) -> DecisionState:
    """Return a document's state after an action.

    :raises Conflict: when the table has no such arrow.
    """
    try:
        return _ARROWS[state, action]
    except KeyError:
        raise Conflict(msg("This cannot be done in the present state of the document.")) from None


def steps_of_kind(kind: DecisionKind) -> list[str]:
    """Return the arrows of a dossier that a document of this kind puts on paper."""
    return [action for action, asked in KIND_OF_STEP.items() if asked is kind]


def kind_of_steps(actions: Iterable[str]) -> DecisionKind:
    """Return the document that the latest of these steps (latest first) asks for."""
    return next((KIND_OF_STEP[a] for a in actions if a in KIND_OF_STEP), _K.RECOGNITION)


def padded(number: int) -> str:
    """Write a document's number: below ten it gets a nought."""
    return f"{number:02d}"


def symbol(number: int | None, type_code: str, office: str) -> str:
    """Return number and symbol such as ``05/QĐ-SCT``; what is missing is ``[...]``."""
    return f"{'[...]' if number is None else padded(number)}/{type_code}-{office or '[...]'}"


def read_symbol(text: str) -> tuple[int, str] | None:
    """Return number and type of what somebody typed as a document's number, if it is one."""
    found = _NUMBER.fullmatch(text.strip().removeprefix("Số:").strip())
    if found is None:
        return None
    return int(found[1]), found[2].upper().replace("QD", DECISION)


LABELS.update(
    {
        _K.RECOGNITION: msg("Decision of recognition"),
        _K.REJECTION: msg("Decision of rejection"),
        _K.INFORMATION_REQUEST: msg("Request for more information"),
        _K.SUSPENSION: msg("Decision of suspension"),
        _K.TERMINATION: msg("Decision of termination"),
        _K.INSPECTION: msg("Inspection minutes"),
        _S.DRAFTED: msg("Document in draft"),
        _S.NUMBERED: msg("Numbered, not signed yet"),
        _S.SIGNED: msg("Signed"),
        _S.WITHDRAWN: msg("Document withdrawn"),
        _R.NOT_ASKED: msg("Whether the certificate was revoked was not asked."),
        _R.GOOD: msg("The authority answered: the certificate is not revoked."),
        _R.UNREACHABLE: msg(
            "Whether the certificate was revoked is not known: the authority did not answer."
        ),
    }
)

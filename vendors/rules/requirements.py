"""What a vendor must prove: read from dated rules, one line a requirement.

A rule ``requirement.<key>`` says for which legal forms and offers it counts and
which evidence proves it; the office may change it from a day on.
"""

import enum
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from kernel.errors import Conflict, Invalid
from kernel.messages import LABELS, msg
from vendors.rules.kinds import DocumentKind, LegalForm, Offer, Scheme

PREFIX = "requirement."


class RequirementState(enum.Enum):
    """Where one line of a vendor's checklist stands."""

    INCOMPLETE = "incomplete"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WAIVED = "waived"
    EXPIRED = "expired"


class Fact(enum.Enum):
    """Something typed, not a paper, that a requirement may ask for."""

    IDENTITY = "identity"
    BANK_ACCOUNT = "bank_account"


@dataclass(frozen=True)
class Need:
    """One requirement as a rule states it; any one piece of evidence proves it.

    ``title`` and ``help`` are per language. An optional need may stay open.
    """

    key: str
    title: Mapping[str, str]
    help: Mapping[str, str]
    papers: frozenset[DocumentKind]
    schemes: frozenset[Scheme]
    facts: frozenset[Fact]
    optional: bool
    legal_ref: str


@dataclass(frozen=True)
class Evidence:
    """What a dossier holds: kinds of papers, valid certificates with their end, typed facts."""

    papers: frozenset[DocumentKind] = frozenset()
    certificates: Mapping[Scheme, date] | None = None
    facts: frozenset[Fact] = frozenset()

    def proves(self, need: Need, *, on: date) -> bool:
        """Tell whether something here proves a need on a day."""
        held = self.certificates or {}
        valid = {scheme for scheme, end in held.items() if end > on}
        return bool(need.papers & self.papers or need.schemes & valid or need.facts & self.facts)


_R = RequirementState

DONE = frozenset({_R.ACCEPTED, _R.WAIVED})
"""A line that lets a dossier be approved."""

VERDICTS: dict[tuple[RequirementState, str], RequirementState] = {
    **{(state, "waive"): _R.WAIVED for state in _R if state is not _R.WAIVED},
    **{(state, "accept"): _R.ACCEPTED for state in (_R.SUBMITTED, _R.REJECTED)},
    **{(state, "reject"): _R.REJECTED for state in (_R.SUBMITTED, _R.ACCEPTED, _R.WAIVED)},
}
"""What an officer may say of a line; ``reject`` and ``waive`` need a reason."""


def read_need(key: str, value: Mapping[str, Any], legal_ref: str) -> Need:
    """Return a need from the value of its rule.

    :raises Invalid: when the value is not of the form; the message names what is wrong.
    """
    try:
        proof = value["any_of"]
        return Need(
            key=key.removeprefix(PREFIX),
            title=dict(value["title"]),
            help=dict(value.get("help", {})),
            papers=frozenset(map(DocumentKind, proof.get("papers", []))),
            schemes=frozenset(map(Scheme, proof.get("schemes", []))),
            facts=frozenset(map(Fact, proof.get("facts", []))),
            optional=bool(value.get("optional", False)),
            legal_ref=legal_ref,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise Invalid(
            msg("The requirement %(key)s cannot be read: %(problem)s"), key=key, problem=problem
        ) from None


def concerns(value: Mapping[str, Any], *, form: LegalForm, offers: Collection[Offer]) -> bool:
    """Tell whether a requirement counts for a legal form and what is to be sold.

    A rule that names no forms (or no offers) counts for all.
    """
    forms, sells = value.get("forms", []), value.get("sells", [])
    for_form = not forms or form.value in forms
    return for_form and (not sells or any(offer.value in sells for offer in offers))


def state_of(before: RequirementState, *, proved: bool) -> RequirementState:
    """Return the state of a line after its evidence changed.

    What the office said stands while the evidence does; a waiver always stands.
    """
    if before is _R.WAIVED:
        return before
    if not proved:
        return _R.EXPIRED if before in {_R.ACCEPTED, _R.EXPIRED} else _R.INCOMPLETE
    return _R.SUBMITTED if before in {_R.INCOMPLETE, _R.EXPIRED} else before


def after_answer(state: RequirementState) -> RequirementState:
    """Return the state of a proved line for which something new was handed in."""
    return _R.SUBMITTED if state is _R.REJECTED else state


def verdicts_on(state: RequirementState) -> list[str]:
    """Return what an officer may say of a line in this state."""
    return [verdict for start, verdict in VERDICTS if start is state]


def after_verdict(state: RequirementState, verdict: str) -> RequirementState:
    """Return the state of a line after an officer judged it.

    :raises Conflict: when the table has no such arrow.
    """
    try:
        return VERDICTS[state, verdict]
    except KeyError:
        raise Conflict(msg("This line cannot be judged like this now.")) from None


def open_lines(lines: Iterable[tuple[Need, RequirementState]]) -> list[str]:
    """Return the keys of needed lines whose evidence is missing or refused: they bar handing in."""
    barred = {_R.INCOMPLETE, _R.REJECTED, _R.EXPIRED}
    return [need.key for need, state in lines if not need.optional and state in barred]


def unjudged_lines(lines: Iterable[tuple[Need, RequirementState]]) -> list[str]:
    """Return the keys of needed lines that are neither accepted nor waived: they bar approval."""
    return [need.key for need, state in lines if not need.optional and state not in DONE]


LABELS.update(
    {
        _R.INCOMPLETE: msg("Missing"),
        _R.SUBMITTED: msg("Handed in"),
        _R.ACCEPTED: msg("Accepted"),
        _R.REJECTED: msg("Not accepted"),
        _R.WAIVED: msg("Waived"),
        _R.EXPIRED: msg("Expired"),
        Fact.IDENTITY: msg("Name, birthday and personal number"),
        Fact.BANK_ACCOUNT: msg("Bank account for payouts"),
    }
)

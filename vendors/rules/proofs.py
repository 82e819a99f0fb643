"""What stands behind goods on a day: papers, certificates and what the office said of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from vendors.rules.kinds import DocumentKind, LegalForm, Offer, Scheme
from vendors.rules.requirements import Need, RequirementState, concerns

_R = RequirementState
_LAST_WORD = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Held:
    """A certificate of a vendor; ``valid_to`` is the first day on which it does not count."""

    id: str
    scheme: Scheme
    valid_from: date
    valid_to: date
    verified_at: datetime | None
    withdrawn: bool

    @property
    def is_known(self) -> bool:
        """Tell whether the office ever stood behind it."""
        return self.verified_at is not None

    def counts(self, on: date) -> bool:
        """Tell whether the office stands behind it on a day."""
        return self.is_known and self.runs(on)

    def runs(self, on: date) -> bool:
        """Tell whether it is valid on a day, verified or not."""
        return not self.withdrawn and self.valid_from <= on < self.valid_to

    def is_over(self, on: date) -> bool:
        """Tell whether it counts no more, by its last day or by a withdrawal."""
        return self.withdrawn or self.valid_to <= on


@dataclass(frozen=True)
class Said:
    """Where a line of the checklist stands, and when the office spoke of it."""

    state: RequirementState
    judged_at: datetime | None = None


@dataclass(frozen=True)
class Proofs:
    """All that a vendor has to show for what it sells."""

    vendor_id: str
    form: LegalForm
    is_open: bool
    sells: frozenset[Offer] = frozenset()
    papers: frozenset[DocumentKind] = frozenset()
    lines: Mapping[str, Said] | None = None
    certificates: tuple[Held, ...] = ()

    def said(self, need: Need) -> Said | None:
        """Return where the line of a need stands, if there is one."""
        return (self.lines or {}).get(need.key)

    def of(self, need: Need) -> list[Held]:
        """Return the certificates that speak of a need, in whatever state."""
        return [one for one in self.certificates if one.scheme in need.schemes]

    def without(self, certificate_id: str) -> "Proofs":
        """Return the same as if one certificate were withdrawn."""
        return self._with(certificate_id, withdrawn=True)

    def behind(self, certificate_id: str) -> "Proofs":
        """Return the same as if the office stood behind one certificate from now on."""
        return self._with(certificate_id, withdrawn=False, verified_at=_LAST_WORD)

    def _with(self, certificate_id: str, **change: Any) -> "Proofs":
        changed = (
            replace(one, **change) if one.id == certificate_id else one for one in self.certificates
        )
        return replace(self, certificates=tuple(changed))


@dataclass(frozen=True)
class Demand:
    """A need with the forms and offers for which it is a requirement to sell."""

    need: Need
    value: Mapping[str, Any]

    def concerns(self, form: LegalForm, offers: Collection[Offer]) -> bool:
        """Tell whether whoever has this form must prove it to sell one of these."""
        return concerns(self.value, form=form, offers=offers)


def is_demand(need: Need, value: Mapping[str, Any]) -> bool:
    """Tell whether a need bears on goods: asked for certain offers, and proved by certificates.

    What is asked of every vendor (identity, registration) is a matter of its recognition.
    """
    return not need.optional and bool(need.schemes) and bool(value.get("sells"))


def is_proved(need: Need, proofs: Proofs, *, on: date) -> bool:
    """Tell whether something stands behind a need on a day: a waiver, a paper, a certificate.

    A line that was refused is proved by a certificate verified afterwards alone. A certificate that
    the office has not verified counts only where it accepted the line on
    sight of it and never verified another: an unread renewal does not stretch what it once read.
    """
    said = proofs.said(need)
    if said is not None and said.state is _R.WAIVED:
        return True
    if said is not None and said.state is _R.REJECTED:
        return _is_answered(need, proofs, said, on)
    mine = proofs.of(need)
    if need.papers & proofs.papers or any(one.counts(on) for one in mine):
        return True
    on_sight = said is not None and said.state is _R.ACCEPTED
    return on_sight and not any(one.is_known for one in mine) and any(one.runs(on) for one in mine)


def has_fallen(need: Need, proofs: Proofs, *, on: date) -> bool:
    """Tell whether a need was proved, or refused, and is not proved on a day.

    What nobody asked for yet (a vendor entered from a list, a new rule) has not fallen.
    """
    if is_proved(need, proofs, on=on):
        return False
    said = proofs.said(need)
    if said is not None and said.state in {_R.ACCEPTED, _R.EXPIRED, _R.REJECTED}:
        return True
    judged = said is not None and said.judged_at is not None
    return any(one.is_over(on) and (one.is_known or judged) for one in proofs.of(need))


def held_state(need: Need, proofs: Proofs, *, on: date) -> RequirementState | None:
    """Return where the line of a need belongs by its certificates, or None without a line.

    A line expires with its certificate and is accepted again with the next one that the office
    verifies; one that was refused, only with a certificate verified after the refusal.
    """
    said = proofs.said(need)
    if said is None:
        return None
    if said.state in {_R.ACCEPTED, _R.SUBMITTED} and has_fallen(need, proofs, on=on):
        return _R.EXPIRED
    if said.state in {_R.EXPIRED, _R.REJECTED} and is_proved(need, proofs, on=on):
        return _R.ACCEPTED
    return said.state


def _is_answered(need: Need, proofs: Proofs, said: Said, on: date) -> bool:
    return said.judged_at is not None and any(
        one.counts(on) and one.verified_at is not None and one.verified_at > said.judged_at
        for one in proofs.of(need)
    )

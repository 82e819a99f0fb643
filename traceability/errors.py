"""Refusals of traceability."""

from typing import Protocol

from kernel.errors import Conflict, DomainError, NotAllowed
from kernel.messages import msg
from kernel.quantity import Unit, written


class _Counted(Protocol):
    """What a refusal says of a lot."""

    code: str
    unit: Unit


class BadCode(DomainError):
    """A scanned or typed address that can be no code of ours and no GS1 Digital Link."""

    code, status = "bad_code", 400
    message = msg("This code is not complete or was misread. Please scan the label again.")


class LotNotOpen(Conflict):
    """Labels are printed for lots that may be sold, and for no others."""

    code = "lot_not_open"
    message = msg("This lot may not be sold now, so it gets no labels.")


class SecondPersonNeeded(NotAllowed):
    """Who recorded the harvest cannot clear it of a broken waiting time."""

    code = "second_person_needed"
    message = msg(
        "A lot harvested inside the waiting time is released by another person of the vendor "
        "or by the trade office."
    )


class LotStoppedNow(Conflict):
    """What is on hold or recalled is neither packed nor carried nor shipped."""

    code = "lot_stopped"
    message = msg("On hold or recalled, so it stays where it is: %(lots)s.")


class LotHoldsLess(Conflict):
    """More was asked for than a lot holds; ``left`` says how much it does, in base units."""

    code = "lot_holds_less"
    message = msg("Lot %(lot)s holds only %(left)s.")

    def __init__(self, lot: _Counted, left: int, *, carried: bool = False) -> None:
        words = (
            msg("Lot %(lot)s has only %(left)s outside of crates and pallets: unpack it first.")
            if carried
            else self.message
        )
        super().__init__(words, field="quantity", lot=lot.code, left=written(left, lot.unit))
        self.left = left

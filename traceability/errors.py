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


class HarvestUsed(Conflict):
    """What a harvest brought, and when, stays once its lot went on or was recalled."""

    code = "harvest_used"
    message = msg(
        "Lot %(lot)s of this harvest was packed, sold or recalled meanwhile: its day and "
        "quantity stay. Count the lot, or ask the trade office."
    )

    def __init__(self, lot: _Counted, *, field: str) -> None:
        super().__init__(field=field, lot=lot.code)


class TestNeeded(NotAllowed):
    """A broken waiting time is cleared on the result of a laboratory, not on good faith."""

    # Not a class of tests, whatever its name begins with.
    __test__ = False

    code = "test_needed"
    message = msg(
        "A lot harvested inside the waiting time is released on a lab test of this lot that "
        "it passed. Record the test first."
    )


class TestFailed(NotAllowed):
    """What the laboratory found forbids the release."""

    __test__ = False

    code = "test_failed"
    message = msg("The latest lab test of this lot failed: it cannot be released.")

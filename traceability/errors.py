"""Refusals of traceability."""

from kernel.errors import Conflict, DomainError, NotAllowed
from kernel.messages import msg


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

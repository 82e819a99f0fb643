"""Every step of the standard has words for people."""

from traceability.epcis.words import BIZ_STEPS
from traceability.rules.business_steps import STEP_WORDS


def test_every_step_of_the_standard_has_words():
    assert set(STEP_WORDS) == BIZ_STEPS

"""The rules the market starts with.

Certainty: A read in press, law-firm text or the law itself; B+ several independent
secondary texts; B one; C background; U unverified; H a rule of the house.
A lawyer and an accountant confirm the legal ones before the market opens.
"""

from kernel.rules_seed.diary import DIARY
from kernel.rules_seed.labels import LABEL_RULES
from kernel.rules_seed.law import HOUSE, SINCE_EVER, Row, law_rows
from kernel.rules_seed.listings import LISTING_RULES
from kernel.rules_seed.lots import LOTS
from kernel.rules_seed.privacy import PRIVACY
from kernel.rules_seed.recalls import RECALLS
from kernel.rules_seed.scanning import SCANNING
from kernel.rules_seed.searching import SEARCHING
from kernel.rules_seed.tracing import TRACING
from kernel.rules_seed.vetting import HOUSE as VETTING
from kernel.rules_seed.vetting import REQUIREMENTS
from kernel.rules_seed.visits import VISITS

SEED: list[Row] = [
    *law_rows(),
    *(
        (f"requirement.{key}", value, SINCE_EVER, law, mark, None, "")
        for key, value, law, mark in REQUIREMENTS
    ),
    *((key, value, SINCE_EVER, HOUSE, "H", None, note) for key, value, note in VETTING),
    *((key, value, SINCE_EVER, law, mark, None, note) for key, value, law, mark, note in PRIVACY),
    *((key, value, SINCE_EVER, law, mark, None, note) for key, value, law, mark, note in VISITS),
    *(
        (key, value, SINCE_EVER, law, mark, None, note)
        for key, value, law, mark, note in (*LISTING_RULES, *LABEL_RULES)
    ),
    *((key, value, SINCE_EVER, law, mark, None, note) for key, value, law, mark, note in SEARCHING),
    *((key, value, SINCE_EVER, law, mark, None, note) for key, value, law, mark, note in RECALLS),
    *((key, value, SINCE_EVER, law, mark, None, note) for key, value, law, mark, note in LOTS),
    *((key, value, SINCE_EVER, law, mark, None, note) for key, value, law, mark, note in TRACING),
    *((key, value, SINCE_EVER, law, mark, None, note) for key, value, law, mark, note in SCANNING),
    *DIARY,
]

__all__ = ["SEED", "Row"]

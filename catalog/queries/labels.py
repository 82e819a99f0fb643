"""What the law wants said of a kind of goods, on a day."""

from datetime import date

from sqlalchemy.orm import Session

from catalog.rules import ListingKind
from catalog.rules.label import LABEL_RULE
from kernel.rules_table import Rule, rules_like


def label_rule(session: Session, kind: ListingKind, *, on: date) -> Rule | None:
    """Return the rule of a kind's label; None: nothing is asked of it."""
    key = f"{LABEL_RULE}{kind.value}"
    return rules_like(session, key, on=on).get(key)


def needed_fields(session: Session, kind: ListingKind, *, on: date) -> tuple[str, ...]:
    """Return the fields that goods of a kind must have before they are shown."""
    found = label_rule(session, kind, on=on)
    return tuple(found.value) if found else ()

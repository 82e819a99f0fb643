"""What every market begins with, whoever fills it afterwards."""

from datetime import datetime

from sqlalchemy.orm import Session

from catalog.services.attributes import seed_attributes
from catalog.services.categories import seed_categories
from catalog.services.synonyms import seed_synonyms
from kernel.actor import HOUSE
from kernel.rules_table import seed_rules
from traceability.services.tasks import seed_tasks


def found_market(session: Session, *, now: datetime) -> None:
    """Put down rules, shelves, synonyms, attributes and tasks; what the office keeps is left alone."""
    seed_rules(session, now=now)
    seed_categories(session, actor=HOUSE, now=now)
    seed_synonyms(session, actor=HOUSE, now=now)
    seed_attributes(session, actor=HOUSE, now=now)
    seed_tasks(session, actor=HOUSE, now=now)

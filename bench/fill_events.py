"""``python -m bench.fill_events N``: prepare a repository with N events, and a partner's token."""

import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from kernel import clock
from kernel.actor import Actor
from kernel.db import open_engine, refresh_statistics, transaction
from kernel.ids import new_id
from kernel.rules_table import seed_rules
from kernel.settings import load_settings
from shop.prepare import upgrade
from shop.sessions import open_sessions
from traceability.epcis.building import Quantity, object_event
from traceability.epcis.reading import read_event
from traceability.gs1 import check_digit
from traceability.services.events import Whose, write_events
from traceability.services.partners import Grant, make_token
from vendors.rules import LegalForm, VendorState
from vendors.services.importing import VendorRow, import_vendor

BATCH = 2_000
# What happens to one lot, one after the other.
STEPS = (
    ("ADD", "commissioning", "active"),
    ("OBSERVE", "storing", "in_progress"),
    ("OBSERVE", "packing", "in_progress"),
    ("OBSERVE", "shipping", "in_transit"),
    ("OBSERVE", "receiving", "in_progress"),
    ("DELETE", "retail_selling", "retail_sold"),
)
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
ASKED = 400


def main() -> None:
    """Fill the database, and note which lots to ask for and with which token."""
    count = int(sys.argv[1])
    settings = load_settings()
    upgrade(settings.database_url)
    maker = open_sessions(settings)
    with maker() as session:
        vendor_id, token = _partner(session)
        for start in range(0, count, BATCH):
            told = [read_event(event(number)) for number in range(start, min(start + BATCH, count))]
            with transaction(session):
                write_events(session, told, whose=Whose(vendor_id), now=clock.now())
    with open_engine(settings.database_url).begin() as connection, Session(connection) as session:
        refresh_statistics(session)
    lots = max(count // len(STEPS), 1)
    asked = [lot(number * lots // ASKED) for number in range(ASKED)]
    noted = {"token": token, "lots": asked}
    (settings.instance_path / "paths.json").write_text(json.dumps(noted))


def _partner(session: Session) -> tuple[str, str]:
    now = clock.now()
    row = VendorRow(
        code="BENCH",
        name="HTX Bench",
        legal_form=LegalForm.COOPERATIVE,
        representative="Nguyễn Văn Hòa",
        phone="+84912345678",
        commune="vn-2025:10813",
        address="Thôn Lại",
        registration_no="0800001115",
        art="lychee",
        state=VendorState.APPROVED,
    )
    with transaction(session):
        seed_rules(session, now=now)
        vendor_id = import_vendor(session, row, actor=Actor(new_id(), "bench"), now=now)
        owner = Actor(new_id(), "bench", memberships={vendor_id: frozenset({"owner"})})
        grant = Grant("Bench", may_read=True, may_capture=True)
        token = make_token(session, vendor_id, grant=grant, actor=owner, now=now)
    return vendor_id, token


def lot(number: int) -> str:
    """Return a lot: ten thousand of a product, one after the other."""
    digits = f"0893601{number // 10_000:06d}"
    return f"https://id.gs1.org/01/{digits}{check_digit(digits)}/10/L{number % 10_000:05d}"


def event(number: int) -> dict[str, Any]:
    """Return one event of a story: six of each lot."""
    action, step, disposition = STEPS[number % len(STEPS)]
    place = f"https://id.gs1.org/414/8936012340006/254/P{number % 997}"
    return object_event(
        action=action,
        biz_step=step,
        disposition=disposition,
        at=BEGUN + timedelta(seconds=number * 20),
        read_point=place,
        biz_location=place,
        quantities=[Quantity(lot(number // len(STEPS)), 850, "KGM")],
        ilmd={"market:growingAreaCode": f"VN-{number % 500}"} if action == "ADD" else None,
    )


if __name__ == "__main__":
    main()

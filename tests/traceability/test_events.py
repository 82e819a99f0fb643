"""Events are written once, named by what they say, and never changed."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from kernel.db import transaction
from traceability.epcis.building import (
    Quantity,
    aggregation_event,
    object_event,
    transformation_event,
)
from traceability.models import EventField, EventWhat, TraceEvent
from traceability.rules import IdKind, WhatRole
from traceability.services.events import write_event

AT = datetime(2026, 11, 20, 0, 30, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
LOT = "https://tx.nongsan.example/01/08936012345674/10/H261120-A7"
CANONICAL_LOT = "https://id.gs1.org/01/08936012345674/10/H261120-A7"
PLOT = "https://id.gs1.org/414/8936012340006/254/LO-A7"


def harvest(**changes):
    facts = {
        "action": "ADD",
        "biz_step": "commissioning",
        "disposition": "active",
        "at": AT,
        "read_point": PLOT,
        "biz_location": PLOT,
        "quantities": [Quantity(LOT, 850, "KGM")],
        "ilmd": {"cbvmda:lotNumber": "H261120-A7", "market:cropCycle": "cycle-2026-07"},
    }
    return object_event(**facts | changes)


def write(session, body):
    with transaction(session):
        return write_event(session, body, vendor_id=None, now=NOW)


def test_an_event_says_what_where_when_and_why(session):
    seq = write(session, harvest())
    row = session.get(TraceEvent, seq)
    assert (row.type, row.action, row.biz_step) == ("ObjectEvent", "ADD", "commissioning")
    assert (row.disposition, row.read_point, row.time_offset) == ("active", PLOT, "+07:00")
    assert (row.event_time, row.record_time) == (AT, NOW)
    (what,) = session.scalars(sa.select(EventWhat))
    assert (what.role, what.kind, what.ref) == (WhatRole.EPC, IdKind.CLASS, CANONICAL_LOT)
    assert (what.quantity, what.uom) == (850.0, "KGM")
    fields = {f.name: f.text for f in session.scalars(sa.select(EventField))}
    assert fields["ilmd {urn:epcglobal:cbv:mda:}lotNumber"] == "H261120-A7"


def test_the_body_is_canonical_and_names_itself(session):
    row = session.get(TraceEvent, write(session, harvest()))
    body = json.loads(row.body)
    assert body["eventID"] == row.event_id
    assert row.event_id.startswith("ni:///sha-256;")
    assert body["eventTime"] == "2026-11-20T07:30:00.000+07:00"
    assert "recordTime" not in body
    assert row.body == json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def test_the_same_event_twice_is_one_row(session):
    first = write(session, harvest())
    assert write(session, harvest()) == first
    other_host = [Quantity(LOT.replace("tx.nongsan", "other"), 850.0, "KGM")]
    assert write(session, harvest(quantities=other_host)) == first
    assert write(session, harvest(quantities=[Quantity(LOT, 851, "KGM")])) != first
    assert session.scalar(sa.select(sa.func.count()).select_from(TraceEvent)) == 2


def test_packing_tells_inputs_and_outputs(session):
    body = transformation_event(
        biz_step="packing",
        disposition="active",
        at=AT + timedelta(days=1),
        read_point=PLOT,
        inputs=[Quantity(LOT, 850, "KGM")],
        outputs=["https://id.gs1.org/00/189360123000000014", Quantity(LOT + "B", 800)],
        transformation_id="https://id.gs1.org/253/8936012340013PK2611",
    )
    row = session.get(TraceEvent, write(session, body))
    assert row.action is None
    assert row.transformation_id == "https://id.gs1.org/253/8936012340013PK2611"
    roles = session.execute(sa.select(EventWhat.role, EventWhat.kind).order_by(EventWhat.position))
    assert [tuple(each) for each in roles] == [
        (WhatRole.OUTPUT, IdKind.INSTANCE),
        (WhatRole.INPUT, IdKind.CLASS),
        (WhatRole.OUTPUT, IdKind.CLASS),
    ]


def test_a_pallet_holds_children(session):
    body = aggregation_event(
        action="ADD",
        biz_step="packing",
        disposition="in_progress",
        at=AT,
        read_point=PLOT,
        parent="https://tx.nongsan.example/00/189360123000000014",
        child_quantities=[Quantity(LOT, 200)],
    )
    write(session, body)
    parent = session.scalars(sa.select(EventWhat).where(EventWhat.role == WhatRole.PARENT)).one()
    assert parent.ref == "https://id.gs1.org/00/189360123000000014"


@pytest.mark.parametrize(
    "change", ["UPDATE trace_event SET body = '{}'", "DELETE FROM trace_event"]
)
def test_the_database_itself_refuses_a_change(session, change):
    write(session, harvest())
    with pytest.raises(DatabaseError, match="never changed"):
        session.execute(sa.text(change))
    session.rollback()
    assert session.scalar(sa.select(TraceEvent.action)) == "ADD"

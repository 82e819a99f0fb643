"""What the tests of the log share: events, checkpoints, and what an attacker does to both."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.db import transaction
from traceability.epcis.building import Quantity, object_event
from traceability.proof.chain import GENESIS, link
from traceability.proof.merkle import grow, leaf_hash
from traceability.queries.proof.checking import check_log
from traceability.services.events import write_event
from traceability.services.proof.signing import sign_when_due

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
ORIGIN = "cho.example.vn/trace"
ROOT = "https://cho.example.vn"
OFFICE = "so@example.vn"


def body(number, *, ref="https://cho.example.vn/t/CPLOT000001", **more):
    """An event that differs from others by its time."""
    return object_event(
        action="OBSERVE",
        biz_step="inspecting",
        disposition="active",
        at=NOW - timedelta(days=9) + timedelta(minutes=number),
        read_point="https://cho.example.vn/p/FARM00000001",
        quantities=[Quantity(ref, 100 + number, "KGM")],
        **more,
    )


class Log:
    """A log; each step runs in a transaction of its own."""

    def __init__(self, session: Session) -> None:
        self.session, self.events = session, 0

    def write(self, count=1, **more) -> list[int]:
        with transaction(self.session) as session:
            return [self._write(session, **more) for _ in range(count)]

    def _write(self, session, **more) -> int:
        self.events += 1
        return write_event(session, body(self.events, **more), vendor_id=None, now=NOW)

    def sign(self, now=NOW):
        with transaction(self.session) as session:
            return sign_when_due(session, origin=ORIGIN, office=OFFICE, now=now)

    def check(self, **more):
        self.session.expire_all()
        checked = check_log(self.session, **more)
        return [(fault.code, fault.seq) for fault in checked.faults]

    def attack(self, *statements, **values) -> None:
        """Change what is stored, as one who holds the database: its guards are taken off first."""
        engine = self.session.get_bind()
        self.session.commit()
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                connection = connection.execution_options(alone=True)
                self._take_off_triggers(connection)
            else:
                connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
            for statement in statements:
                connection.execute(sa.text(statement), values)
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA foreign_keys=ON")
            connection.commit()
        self.session.expire_all()

    def _take_off_triggers(self, connection) -> None:
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        found = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        for name in connection.scalars(sa.text(found)).all():
            connection.execute(sa.text(f"DROP TRIGGER {name}"))

    def rewrite(self) -> None:
        """Make the whole log anew from the events as they are: chain, tree and head fit again."""
        rows = self.session.execute(sa.text("SELECT seq, body FROM trace_event ORDER BY seq")).all()
        at, peaks = GENESIS, []
        self.attack("DELETE FROM log_leaf")
        for index, (seq, text) in enumerate(rows):
            leaf = leaf_hash(text.encode())
            nodes = b"".join(grow(peaks, index, leaf))
            self.attack(
                "INSERT INTO log_leaf (seq, event_seq, prev, leaf, nodes) "
                "VALUES (:index, :seq, :prev, :leaf, :nodes)",
                index=index,
                seq=seq,
                prev=at,
                leaf=leaf,
                nodes=nodes,
            )
            at = link(at, leaf)
        self.attack("UPDATE log_head SET size = :size, link = :link", size=len(rows), link=at)

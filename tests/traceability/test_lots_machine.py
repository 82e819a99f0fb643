"""Whatever is done to lots in whatever order: the books add up, nothing goes round, holds hold."""

import tempfile
from contextlib import suppress
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from kernel import db
from kernel.errors import DomainError
from kernel.sealing import Sealer
from tests.conftest import DATA_KEY, FINGERPRINT_KEY, build
from tests.traceability.land import OFFICE
from tests.traceability.packhouse import Packhouse, check_everything
from traceability.queries.carrying import shipped_lines
from traceability.rules import STOPPED, Portion, UnitKind
from traceability.services import lots

AMOUNTS = st.integers(1, 60)
_BUILT: list[Path] = []


def _template() -> Path:
    """Return an empty database, built once."""
    if not _BUILT:
        path = Path(tempfile.mkdtemp()) / "market.db"
        build(f"sqlite:///{path}")
        _BUILT.append(path)
    return _BUILT[0]


class Lots(RuleBasedStateMachine):
    """Two vendors that do to their lots whatever they like; amounts are small, in grams."""

    known = Bundle("known")
    crates = Bundle("crates")
    sent = Bundle("sent")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "market.db"
        path.write_bytes(_template().read_bytes())
        self.engine = db.open_engine(f"sqlite:///{path}")
        maker = db.session_factory(self.engine)
        maker.configure(info={"sealer": Sealer([DATA_KEY], FINGERPRINT_KEY)})
        self.session = maker()

    def teardown(self) -> None:
        self.session.close()
        self.engine.dispose()
        self.folder.cleanup()

    @initialize()
    def open(self) -> None:
        self.house = Packhouse(self.session)
        self.other = Packhouse(self.session, "V02")

    def tried(self, act, *lot_ids):
        """Do something; a refusal is fine and changes nothing. Return what it made."""
        stopped = any(self.house.card(lot_id).state in STOPPED for lot_id in lot_ids)
        try:
            made = act()
        except DomainError:
            return None
        # I8: nothing of this is done to what is on hold.
        assert not stopped
        return made

    @rule(target=known, quantity=st.integers(1, 200))
    def harvest(self, quantity):
        return self.house.harvest(quantity=quantity)

    @rule(target=known, first=known, second=known, a=AMOUNTS, b=AMOUNTS, lost=st.integers(0, 20))
    def pack(self, first, second, a, b, lost):
        out = max(a + b - lost, 1)
        made = self.tried(lambda: self.house.pack((first, a), (second, b), out=out), first, second)
        return made or first

    @rule(target=known, lot_id=known, part=AMOUNTS)
    def split(self, lot_id, part):
        made = self.tried(lambda: self.house.split(lot_id, part, part), lot_id)
        return made[0] if made else lot_id

    @rule(lot_id=known, quantity=st.integers(0, 200), which=st.sampled_from(range(4)))
    def take(self, lot_id, quantity, which):
        service = (lots.note_waste, lots.take_sample, lots.correct_count, lots.take_back)[which]
        with suppress(DomainError):
            self.house.take(service, lot_id, quantity)

    @rule(lot_id=known)
    def hold(self, lot_id):
        self.decide(lots.hold_lot, lot_id)

    @rule(lot_id=known)
    def release(self, lot_id):
        self.decide(lots.release_lot, lot_id)

    @rule(lot_id=known, really=st.integers(0, 5))
    def recall(self, lot_id, really):
        if really == 0:
            self.decide(lots.recall_lot, lot_id)

    def decide(self, service, lot_id):
        with suppress(DomainError):
            self.house.run(service, lot_id, reason="Chờ kiểm nghiệm", actor=OFFICE)

    @rule(target=crates, pallet=st.booleans())
    def make(self, pallet):
        kind = UnitKind.PALLET if pallet else UnitKind.CRATE
        where = {"vendor_id": self.house.vendor_id, "kind": kind, "name": ""}
        return self.house.run(lots.make_unit, actor=self.house.owner, **where)

    @rule(unit=crates, lot_id=known, quantity=AMOUNTS)
    def fill(self, unit, lot_id, quantity):
        portions, owner = [Portion(lot_id, quantity)], self.house.owner
        self.tried(
            lambda: self.house.run(lots.pack_unit, unit, portions=portions, actor=owner), lot_id
        )

    @rule(pallet=crates, crate=crates)
    def stack(self, pallet, crate):
        owner = self.house.owner
        self.tried(lambda: self.house.run(lots.pack_unit, pallet, crates=[crate], actor=owner))

    @rule(unit=crates)
    def empty(self, unit):
        self.tried(lambda: self.house.run(lots.unpack_unit, unit, actor=self.house.owner))

    @rule(target=sent, lot_id=known, quantity=AMOUNTS, unit=crates, here=st.booleans())
    def ship(self, lot_id, quantity, unit, here):
        to = self.other if here else None
        ways = {"units": [unit]} if quantity % 2 else {}
        return self.tried(lambda: self.house.ship((lot_id, quantity), to=to, **ways), lot_id)

    @rule(shipment=sent)
    def void(self, shipment):
        if shipment:
            why = {"reason": "Xe hỏng giữa đường", "actor": self.house.owner}
            self.tried(lambda: self.house.run(lots.void_shipment, shipment, **why))

    @rule(target=known, shipment=sent, lot_id=known)
    def receive(self, shipment, lot_id):
        """Receive a shipment; what came of it is the other vendor's and not played with here."""
        if shipment:
            self.session.rollback()
            lines = shipped_lines(self.session, shipment)
            counted = {line.id: line.quantity - line.quantity % 3 for line in lines}
            who = {"counted": counted, "actor": self.other.owner}
            self.tried(lambda: self.house.run(lots.receive_shipment, shipment, **who))
        return lot_id

    @invariant()
    def everything_holds(self):
        if hasattr(self, "house"):
            check_everything(self.session)


TestLots = Lots.TestCase
TestLots.settings = settings(
    max_examples=12,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

"""What the tests of traceability share: a vendor with a farm, a plot and a season."""

from dataclasses import replace
from datetime import UTC, date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.actor import Actor
from kernel.db import transaction
from kernel.ids import new_id
from kernel.quantity import Unit
from kernel.rules_table import seed_rules
from traceability.rules import Activity, Verdict
from traceability.services import diary, farms, lots, testing
from traceability.services.diary import EntryFacts
from traceability.services.farms import FarmFacts, PlotFacts, SeasonFacts
from traceability.services.lots import HarvestFacts
from traceability.services.testing import Report, Result, TestFacts
from vendors.rules import LegalForm, VendorState
from vendors.services.importing import VendorRow, import_vendor

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
OFFICE = Actor("01OFFICE", "Trần Thị Lan", frozenset({"reviewer"}))
STRANGER = Actor("01STRANGER", "Ai đó")
FARM = FarmFacts("Vườn vải Thanh Khê", "vn-2025:10813", "Thôn 1", {"vi": "Vườn ba đời."})
HARVEST = HarvestFacts("", TODAY, 120_000, Unit.GRAM, {})
SPRAY = EntryFacts(
    "", Activity.SPRAY, date(2026, 11, 10), {}, input_name="Confidor 100SL", phi_days=7
)


def member(vendor_id: str, *roles: str, user_id: str = "01OWNER") -> Actor:
    return Actor(user_id, "Bác Hòa", frozenset(), {vendor_id: frozenset(roles)})


class Land:
    """A vendor's land; each step runs in a transaction of its own."""

    def __init__(self, session: Session, code: str = "V01", *, state=VendorState.APPROVED) -> None:
        self.session, self.code = session, code
        self.run(seed_rules)
        self.vendor_id = self.run(
            import_vendor,
            VendorRow(
                code=code,
                name=f"HTX {code}",
                legal_form=LegalForm.COOPERATIVE,
                representative="Nguyễn Văn Hòa",
                phone="+84912345678",
                commune="vn-2025:10813",
                address="Thôn Lại",
                registration_no="0800001115",
                art="lychee",
                state=state,
            ),
            actor=Actor("01IMPORT", "import"),
        )
        self.owner = member(self.vendor_id, "owner")
        self.recorder = member(self.vendor_id, "recorder", user_id="01RECORDER")
        self.farm_id = self.run(
            farms.create_farm, vendor_id=self.vendor_id, facts=FARM, actor=self.owner
        )
        self.plot_id = self.plot()
        self.season_id = self.season(self.plot_id)

    def run(self, service, *args, now=NOW, **values):
        with transaction(self.session):
            return service(self.session, *args, now=now, **values)

    def plot(self) -> str:
        facts = PlotFacts("Lô ao", 1800)
        return self.run(farms.create_plot, self.farm_id, facts=facts, actor=self.owner)

    def season(self, plot_id: str, started_on: date = date(2026, 8, 1)) -> str:
        facts = SeasonFacts({"vi": "Vải Thanh Hà", "en": "Thanh Ha lychee"}, "U hồng", started_on)
        return self.run(farms.start_season, plot_id, facts=facts, actor=self.owner)

    def write(self, facts=SPRAY, *, season_id=None, actor=None, **changes) -> str:
        changes.setdefault("client_key", new_id())
        return self.run(
            diary.write_entry,
            season_id or self.season_id,
            facts=replace(facts, **changes),
            actor=actor or self.recorder,
        )

    def harvest(self, *, season_id=None, actor=None, **changes) -> str:
        changes.setdefault("client_key", new_id())
        return self.run(
            lots.record_harvest,
            season_id or self.season_id,
            facts=replace(HARVEST, **changes),
            actor=actor or self.recorder,
        )

    def test(self, lot_id: str, *, value="<0,01", actor=None, sampled_on=TODAY) -> str:
        facts = TestFacts(
            lab="Trung tâm kiểm nghiệm 1",
            sampled_on=sampled_on,
            results=(Result("Imidacloprid", value, "0,05", "mg/kg", "LC-MS/MS", Verdict.PASSED),),
            report=Report("private/reports/x.pdf", "kq.pdf", "application/pdf"),
            lot_id=lot_id,
        )
        return self.run(
            testing.record_test, vendor_id=self.vendor_id, facts=facts, actor=actor or self.recorder
        )

    def revise(self, entry_id: str, facts=SPRAY, *, reason="Ghi nhầm ngày", actor=None, **changes):
        changes.setdefault("client_key", new_id())
        return self.run(
            diary.revise_entry,
            entry_id,
            facts=replace(facts, **changes),
            reason=reason,
            actor=actor or self.recorder,
        )


def count(session: Session, kind: type, *where) -> int:
    return session.scalar(select(func.count()).select_from(kind).where(*where))

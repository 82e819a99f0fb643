"""A vendor in every state, and the people around it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.services.people import create_user
from kernel.actor import Actor
from kernel.clock import local_date
from kernel.db import transaction
from kernel.rules_table import seed_rules
from kernel.sealing import Sealer
from tests.conftest import DATA_KEY, FINGERPRINT_KEY
from vendors import queries
from vendors.models import Vendor
from vendors.rules import ARROWS, DocumentKind, LegalForm, Offer, verdicts_on
from vendors.rules.noticing import NEEDS_NOTICE
from vendors.services import applying, noticing, vetting
from vendors.services.applying import Paper, Where, Who
from vendors.services.identity import Person
from vendors.services.requirements import Verdict, judge_requirement
from vendors.services.steps import Arrow
from vendors.services.vetting import Decision

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
WHY = "Giấy đăng ký bị mờ, xin chụp lại."

WHO = Who(
    name="HTX Đức Chính",
    legal_form=LegalForm.COOPERATIVE,
    registration_no="0800001115",
    representative="Nguyễn Văn Thành",
    sells=(Offer.HANDICRAFT,),
)
PERSON = Person("Nguyễn Văn Thành", "030080001234", date(1980, 5, 17))
SEALER = Sealer([DATA_KEY], FINGERPRINT_KEY)
WHERE = Where(
    commune="vn-2025:10909",
    address="Thôn Lôi Xá",
    phone="+84912345678",
    email="htx@example.vn",
    old_address="xã Đức Chính, huyện Cẩm Giàng",
)
PAPER = Paper(DocumentKind.REGISTRATION, "dkkd.jpg", "image/jpeg", "private/vendors/x/1.jpg", 1000)
CARD = Paper(DocumentKind.IDENTITY, "cccd.jpg", "image/jpeg", "private/vendors/x/2.jpg", 2000)

REVIEWER = Actor("01REVIEWER", "Trần Thị Lan", frozenset({"reviewer"}))
APPROVER = Actor("01APPROVER", "Phạm Văn Hùng", frozenset({"approver"}))


def owner_of(user_id, *vendor_ids):
    return Actor(
        user_id, "Nguyễn Văn Thành", frozenset(), dict.fromkeys(vendor_ids, frozenset({"owner"}))
    )


def person(session, contact="0912345678", name="Nguyễn Văn Thành"):
    return create_user(
        session, name=name, contact=contact, password="mot-mat-khau-dai-9", lang="vi", now=NOW
    )


class House:
    """Takes a dossier to where a test begins; every step in its own transaction."""

    def __init__(self, session):
        self.session = session
        with transaction(session):
            seed_rules(session, now=NOW)
            self.user_id = person(session)

    def run(self, service, *args, **values):
        with transaction(self.session):
            return service(self.session, *args, **{"now": NOW, **values})

    def fresh(self):
        """Give the session, with everything that others wrote meanwhile."""
        self.session.rollback()
        self.session.expire_all()
        return self.session

    def draft(self, who=WHO):
        who = who if who.sells else replace(who, sells=WHO.sells)
        vendor_id = self.run(applying.start_application, who, actor=owner_of(self.user_id))
        self.owner = owner_of(self.user_id, vendor_id)
        return vendor_id

    def complete(self, who=WHO, where=WHERE, paper=PAPER):
        vendor_id = self.draft(who)
        self.run(applying.save_where, vendor_id, where=where, actor=self.owner)
        name = who.representative or PERSON.full_name
        self.answers(vendor_id, replace(PERSON, full_name=name))
        self.run(applying.add_papers, vendor_id, papers=[CARD, paper], actor=self.owner)
        return vendor_id

    def answers(self, vendor_id, person=PERSON):
        self.run(applying.save_person, vendor_id, person=person, sealer=SEALER, actor=self.owner)

    def submitted(self, now=NOW, **kinds):
        vendor_id = self.complete(**kinds)
        self.run(applying.submit_application, vendor_id, actor=self.owner, now=now)
        return vendor_id

    def decide(self, vendor_id, action, *, by=APPROVER, reason=WHY, seen=None, now=NOW):
        if action in NEEDS_NOTICE and (self.state(vendor_id), action) in ARROWS:
            self.announce(vendor_id, action, reason=reason, now=now - timedelta(days=6))
        self.run(
            vetting.decide_dossier,
            vendor_id,
            decision=Decision(action, reason, seen),
            actor=by,
            now=now,
        )

    def announce(self, vendor_id, action="suspend", *, by=APPROVER, reason=WHY, now=NOW):
        return self.run(
            noticing.give_notice, vendor_id, announced=Arrow(action, reason), actor=by, now=now
        )

    def state(self, vendor_id):
        vendor = self.fresh().get(Vendor, vendor_id)
        return vendor and vendor.state

    def under_review(self, **kinds):
        vendor_id = self.submitted(**kinds)
        self.decide(vendor_id, "take", by=REVIEWER, now=NOW + timedelta(hours=1))
        return vendor_id

    def judge(self, vendor_id, key, verdict="accept", *, by=REVIEWER, reason=WHY, seen=None):
        said = Verdict(key, verdict, reason, seen)
        self.run(judge_requirement, vendor_id, said=said, actor=by)

    def judged(self, vendor_id):
        """Accept what is proved and waive what is not, so that the dossier can be approved."""
        dossier = queries.dossier(self.fresh(), vendor_id)
        for line in queries.desk_lines(self.session, dossier, on=local_date(NOW)).missing:
            proved = "accept" in verdicts_on(line.state)
            self.judge(vendor_id, line.need.key, "accept" if proved else "waive")

    def approve(self, vendor_id, *, by=APPROVER, now=NOW + timedelta(hours=2)):
        self.judged(vendor_id)
        self.decide(vendor_id, "approve", by=by, now=now)

    def approved(self, **kinds):
        vendor_id = self.under_review(**kinds)
        self.approve(vendor_id)
        return vendor_id


@pytest.fixture
def house(session):
    return House(session)

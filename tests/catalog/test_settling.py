"""Certificates that act: what leans on one leaves the shelves with it and comes back."""

import threading
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.errors import ProofFallen, VendorClosed
from catalog.jobs import tell_drift
from catalog.models import Category, Listing, ListingStep
from catalog.queries.cards import shelf
from catalog.queries.leaning import weights
from catalog.rules import ListingKind, ListingState
from catalog.search.embedded import TantivyEngine
from catalog.services import settling
from catalog.services.indexing import rebuild_index
from catalog.services.settling import settle
from catalog.services.steps import moderate_listing, move_own_listing
from kernel import audit
from kernel.actor import HOUSE
from kernel.clock import local_date
from kernel.db import transaction
from kernel.events import OutboxMessage
from kernel.jobs import drain
from kernel.mail import Notice, render
from shop import wiring
from tests.catalog.shelves import (
    OFFICER,
    add,
    add_visit,
    certify,
    listing,
    open_shelves,
    seller,
    set_vendor,
    state,
    vendor_id,
)
from tests.together import at_once
from vendors.jobs import watch
from vendors.models import Certificate, Vendor, VendorRequirement
from vendors.rules import RequirementState, Scheme, VendorState
from vendors.services.certifying import (
    Paperwork,
    add_certificate,
    verify_certificate,
    withdraw_certificate,
)
from vendors.services.importing import CertificateRow, import_certificate
from vendors.services.requirements import Verdict, judge_requirement

S, R = ListingState, RequirementState
LAST = date(2026, 12, 11)
WHY = "Tổ chức chứng nhận báo giấy này là giả."


class Market:
    """Shelves with a worker: time passes, jobs run, events are heard."""

    def __init__(self, maker, session, now, folder):
        self.maker, self.session, self.now = maker, session, now
        self.engine = TantivyEngine(folder / "search")
        self.reactions = wiring.handlers(self.engine)
        open_shelves(session, now)
        self.vendor = vendor_id(session)
        self.hear()
        rebuild_index(session, self.engine, now=now)
        session.rollback()

    def hear(self, now: datetime | None = None) -> None:
        """Have every event heard; the session sees what came of it."""
        drain(self.maker, self.reactions, now=now or self.now)
        self.session.rollback()
        self.session.expire_all()

    def run(self, service, *args, **values):
        with transaction(self.session):
            result = service(self.session, *args, **{"now": self.now, **values})
        self.hear()
        return result

    def on(self, day: date) -> "Market":
        """Let it be five in the morning of a day."""
        self.now = datetime.combine(day, datetime.min.time(), self.now.tzinfo) - timedelta(hours=2)
        assert local_date(self.now) == day
        return self

    def night(self, day: date) -> "Market":
        """Let the nightly jobs run on a day, once."""
        self.on(day)
        with transaction(self.session):
            watch(self.session, self.now)
        self.hear()
        return self

    def holds(self, scheme=Scheme.ORGANIC, last_day=LAST, **more):
        certify(self.session, self.now, scheme, last_day=last_day, **more)
        self.hear()

    def line(self, key, line_state, judged=True):
        with transaction(self.session):
            self.session.add(
                VendorRequirement(
                    vendor_id=self.vendor,
                    key=key,
                    state=line_state,
                    judged_at=self.now if judged else None,
                    updated_at=self.now,
                )
            )

    def line_state(self, key):
        return self.session.scalars(
            sa.select(VendorRequirement.state).where(VendorRequirement.key == key)
        ).one()

    def certificate(self, scheme=Scheme.ORGANIC):
        return self.session.scalars(
            sa.select(Certificate.id).where(Certificate.scheme == scheme)
        ).first()

    def shown(self):
        """Codes on the shelf, in the index, and badges by code."""
        cards = shelf(self.session, now=self.now, vendor_id=self.vendor).items
        self.engine._open = None
        found = set(self.engine.search("", per_page=50).codes)
        return {card.code for card in cards}, found, {c.code: len(c.marks) for c in cards}

    def facets(self):
        self.engine._open = None
        counted = self.engine.search("", per_page=50).facets.get("schemes", ())
        return {one.value for one in counted}

    def notices(self, template):
        return self.session.scalars(
            sa.select(Notice).where(Notice.template == template).order_by(Notice.id)
        ).all()


@pytest.fixture
def market(maker, session, now, tmp_path):
    return Market(maker, session, now, tmp_path)


def organic(market, code="HUUCO", **wishes):
    add(market.session, market.now, code, schemes=(Scheme.ORGANIC,), **wishes)
    market.hear()
    return code


def plain(market, code="THUONG"):
    add(market.session, market.now, code)
    market.hear()
    return code


def paper(market, scheme=Scheme.FOOD_SAFETY):
    """Give the vendor what its plain goods need, far beyond these tests."""
    market.holds(scheme, date(2030, 1, 1))


def test_a_lapse_takes_what_needs_the_certificate_off_shelf_and_index_in_one_night(market):
    paper(market)
    market.holds()
    organic(market), plain(market)
    assert market.shown() == ({"HUUCO", "THUONG"}, {"HUUCO", "THUONG"}, {"HUUCO": 1, "THUONG": 0})
    market.night(LAST)
    assert market.shown()[0] == {"HUUCO", "THUONG"}
    assert "organic" in market.facets()
    market.night(LAST + timedelta(days=1))
    assert market.shown() == ({"THUONG"}, {"THUONG"}, {"THUONG": 0})
    assert "organic" not in market.facets()
    gone = listing(market.session, "HUUCO")
    assert (gone.state, gone.withheld_for) == (S.WITHHELD, ["organic"])
    assert audit.verify(market.session) is None


def test_where_it_was_no_requirement_only_the_badge_falls(market):
    paper(market)
    market.holds(Scheme.OCOP, LAST, stars=4)
    add(market.session, market.now, "OCOP", schemes=(Scheme.OCOP,))
    market.hear()
    assert market.shown()[2] == {"OCOP": 1}
    assert "ocop" in market.facets()
    market.night(LAST + timedelta(days=1))
    assert market.shown() == ({"OCOP"}, {"OCOP"}, {"OCOP": 0})
    assert "ocop" not in market.facets()


@pytest.mark.parametrize(
    ("scheme", "kind", "category", "why"),
    [
        (Scheme.FOOD_SAFETY, ListingKind.PROCESSED, "dac-san", ["food_safety"]),
        (Scheme.HACCP, ListingKind.PRODUCE, "trai-cay", ["food_safety"]),
        (Scheme.VIETGAP, ListingKind.CRAFT, "lang-nghe", []),
    ],
)
def test_the_kind_of_goods_decides_what_is_needed(market, scheme, kind, category, why):
    market.holds(scheme)
    add(market.session, market.now, "HANG", kind=kind, category=category)
    market.hear()
    market.night(LAST + timedelta(days=1))
    assert listing(market.session, "HANG").withheld_for == why
    assert state(market.session, "HANG") is (S.WITHHELD if why else S.PUBLISHED)


def test_a_homestay_needs_its_certificate_of_security_and_a_visit_does_not(market):
    market.holds(Scheme.HOMESTAY_SECURITY)
    add_visit(market.session, market.now, "NGU", category="homestay")
    add_visit(market.session, market.now, "THAM")
    market.hear()
    market.night(LAST + timedelta(days=1))
    assert (state(market.session, "NGU"), state(market.session, "THAM")) == (
        S.WITHHELD,
        S.PUBLISHED,
    )


def test_a_tour_of_who_sells_tours_alone_needs_the_licence(market):
    market.holds(Scheme.TRAVEL_LICENCE)
    with transaction(market.session):
        market.session.execute(sa.update(Vendor).values(sells=["tour_package", "raw"]))
    add_visit(market.session, market.now, "TOUR")
    market.hear()
    market.night(LAST + timedelta(days=1))
    assert listing(market.session, "TOUR").withheld_for == ["travel_licence"]


def test_another_certificate_of_the_same_use_keeps_the_goods(market):
    market.holds(Scheme.VIETGAP)
    market.holds(Scheme.HACCP, date(2030, 1, 1))
    plain(market)
    market.night(LAST + timedelta(days=1))
    assert state(market.session, "THUONG") is S.PUBLISHED


def renewed(market):
    """Let the owner enter a new certificate; return its id."""
    new = Paperwork(Scheme.ORGANIC, "HC-2", "Chi cục", date(2026, 12, 1), date(2028, 12, 1))
    owner = seller(market.vendor, "owner")
    return market.run(add_certificate, market.vendor, paperwork=new, actor=owner)


def test_a_renewal_brings_the_goods_back_at_once_and_only_once_verified(market):
    paper(market)
    market.holds()
    organic(market)
    market.night(LAST + timedelta(days=3))
    certificate = renewed(market)
    assert state(market.session, "HUUCO") is S.WITHHELD
    market.run(verify_certificate, certificate, actor=OFFICER)
    assert market.shown() == ({"HUUCO"}, {"HUUCO"}, {"HUUCO": 1})
    assert listing(market.session, "HUUCO").withheld_for == []
    assert "organic" in market.facets()


def test_a_renewal_verified_ahead_leaves_no_gap_and_no_reminder(market):
    paper(market)
    market.holds()
    organic(market)
    market.run(verify_certificate, renewed(market), actor=OFFICER)
    market.night(LAST - timedelta(days=7)).night(LAST + timedelta(days=1))
    assert state(market.session, "HUUCO") is S.PUBLISHED
    assert market.notices("catalog/certificate_ending") == []


def test_a_certificate_verified_before_its_first_day_counts_from_that_day_on(market):
    paper(market)
    market.holds(last_day=date(2026, 11, 25))
    organic(market)
    market.run(verify_certificate, renewed(market), actor=OFFICER)
    market.night(date(2026, 11, 26))
    assert state(market.session, "HUUCO") is S.WITHHELD
    market.night(date(2026, 11, 30))
    assert state(market.session, "HUUCO") is S.WITHHELD
    market.night(date(2026, 12, 1))
    assert state(market.session, "HUUCO") is S.PUBLISHED


def test_a_withdrawal_acts_at_once_and_a_new_word_of_the_office_mends_it(market):
    paper(market)
    market.holds()
    organic(market)
    market.run(withdraw_certificate, market.certificate(), reason=WHY, actor=OFFICER)
    assert market.shown()[:2] == (set(), set())
    market.run(verify_certificate, market.certificate(), actor=OFFICER)
    assert market.shown()[:2] == ({"HUUCO"}, {"HUUCO"})


def test_a_waiver_counts_as_proof_and_a_refusal_withholds(market):
    paper(market)
    market.holds()
    organic(market)
    market.line("organic", R.ACCEPTED)
    market.night(LAST + timedelta(days=1))
    assert (state(market.session, "HUUCO"), market.line_state("organic")) == (
        S.WITHHELD,
        R.EXPIRED,
    )
    waived = Verdict("organic", "waive", "Cơ quan cấp đang gia hạn, có văn bản.")
    market.run(judge_requirement, market.vendor, said=waived, actor=OFFICER)
    assert state(market.session, "HUUCO") is S.PUBLISHED
    refused = Verdict("organic", "reject", "Văn bản gia hạn không đúng.")
    market.run(judge_requirement, market.vendor, said=refused, actor=OFFICER)
    assert state(market.session, "HUUCO") is S.WITHHELD
    market.now += timedelta(hours=1)
    market.run(verify_certificate, renewed(market), actor=OFFICER)
    assert (state(market.session, "HUUCO"), market.line_state("organic")) == (
        S.PUBLISHED,
        R.ACCEPTED,
    )


def test_a_line_expires_with_its_certificate_and_is_accepted_with_the_next(market):
    market.holds()
    market.line("organic", R.ACCEPTED)
    market.line("identity", R.ACCEPTED)
    market.night(LAST + timedelta(days=1))
    assert (market.line_state("organic"), market.line_state("identity")) == (
        R.EXPIRED,
        R.ACCEPTED,
    )
    certificate = renewed(market)
    assert market.line_state("organic") is R.EXPIRED
    market.run(verify_certificate, certificate, actor=OFFICER)
    assert market.line_state("organic") is R.ACCEPTED


def test_what_the_vendor_paused_or_the_office_took_down_does_not_come_back(market):
    paper(market)
    market.holds()
    for code in ("A", "B", "C"):
        organic(market, code)
    market.night(LAST + timedelta(days=1))
    owner = seller(market.vendor)
    market.run(move_own_listing, market.vendor, code="B", action="pause", actor=owner)
    office = {"action": "take_down", "reason": WHY, "actor": OFFICER}
    market.run(moderate_listing, listing(market.session, "C").id, **office)
    market.run(verify_certificate, renewed(market), actor=OFFICER)
    assert [state(market.session, code) for code in "ABC"] == [
        S.PUBLISHED,
        S.PAUSED,
        S.TAKEN_DOWN,
    ]


def test_no_way_round_leads_back_onto_the_shelf(market):
    paper(market)
    market.holds()
    organic(market, "A"), organic(market, "B")
    market.night(LAST + timedelta(days=1))
    owner = seller(market.vendor)
    market.run(move_own_listing, market.vendor, code="A", action="pause", actor=owner)
    with pytest.raises(ProofFallen):
        market.run(move_own_listing, market.vendor, code="A", action="resume", actor=owner)
    key = listing(market.session, "B").id
    market.run(moderate_listing, key, action="take_down", reason=WHY, actor=OFFICER)
    with pytest.raises(ProofFallen):
        market.run(moderate_listing, key, action="restore", actor=OFFICER)
    assert [state(market.session, code) for code in "AB"] == [S.PAUSED, S.TAKEN_DOWN]


def test_what_is_published_without_its_proof_is_withheld_as_soon_as_the_house_hears(market):
    paper(market)
    market.holds()
    market.night(LAST + timedelta(days=1))
    organic(market)
    assert state(market.session, "HUUCO") is S.WITHHELD


def test_the_states_of_a_vendor_and_its_certificates_are_causes_beside_each_other(market):
    paper(market)
    market.holds()
    organic(market), plain(market)
    set_vendor(market.session, VendorState.SUSPENDED)
    market.run(settle, market.vendor)
    assert listing(market.session, "HUUCO").withheld_for == ["vendor"]
    market.night(LAST + timedelta(days=1))
    set_vendor(market.session, VendorState.APPROVED)
    market.run(settle, market.vendor)
    assert listing(market.session, "HUUCO").withheld_for == ["organic"]
    assert (state(market.session, "HUUCO"), state(market.session, "THUONG")) == (
        S.WITHHELD,
        S.PUBLISHED,
    )
    assert audit.verify(market.session) is None


@pytest.mark.parametrize(
    "closed",
    [VendorState.SUSPENDED, VendorState.LAPSED, VendorState.CLOSED, VendorState.TERMINATED],
)
def test_nothing_of_a_vendor_that_may_not_sell_is_on_the_shelves(market, closed):
    plain(market)
    set_vendor(market.session, closed)
    first, again = market.run(settle, market.vendor), market.run(settle, market.vendor)
    assert (first.withheld, again.withheld) == (1, 0)
    with pytest.raises(VendorClosed):
        key = listing(market.session, "THUONG").id
        office = {"reason": WHY, "actor": OFFICER}
        market.run(moderate_listing, key, action="take_down", **office)
        market.run(moderate_listing, key, action="restore", **office)


def test_settling_again_changes_nothing(market):
    paper(market)
    market.holds()
    organic(market)
    market.night(LAST + timedelta(days=1))
    steps = sa.select(sa.func.count()).select_from(ListingStep)
    before = market.session.scalar(steps), listing(market.session, "HUUCO").version
    for _ in range(3):
        market.run(settle, market.vendor)
        market.night(LAST + timedelta(days=2))
    assert (market.session.scalar(steps), listing(market.session, "HUUCO").version) == before
    assert len(market.notices("catalog/withheld")) == 1


def test_drift_is_found_and_mended(market):
    paper(market)
    market.holds()
    organic(market), plain(market)
    with transaction(market.session):
        market.session.execute(sa.update(Certificate).values(withdrawn_at=market.now))
    with transaction(market.session):
        assert tell_drift(market.session, market.now) == 1
    market.hear()
    assert (state(market.session, "HUUCO"), state(market.session, "THUONG")) == (
        S.WITHHELD,
        S.WITHHELD,
    )
    with transaction(market.session):
        assert tell_drift(market.session, market.now) == 0


# -- reminders


def test_each_reminder_is_written_once_and_names_what_will_leave(market):
    paper(market)
    market.holds()
    organic(market)
    add(market.session, market.now, "THU", schemes=(Scheme.ORGANIC,), title={"vi": "Ổi hữu cơ"})
    market.hear()
    counts = []
    for left in (31, 30, 30, 29, 14, 13, 7, 2, 1, 0):
        market.night(LAST - timedelta(days=left))
        counts.append(len(market.notices("catalog/certificate_ending")))
    assert counts == [0, 1, 1, 1, 2, 2, 3, 3, 4, 4]
    subject, text = render(
        "catalog/certificate_ending",
        "en",
        {
            "market": "Chợ",
            "public_url": "https://x",
            **market.notices("catalog/certificate_ending")[0].values,
        },
    )
    assert subject == "Chợ: your Organic certificate ends on 11/12/2026"
    assert "On 12/12/2026 these offers will leave the shop" in text
    assert "- Thanh Ha lychee\n- " in text or "- Ổi hữu cơ" in text


def test_after_an_absence_one_reminder_stands_for_all_that_were_missed(market):
    market.holds()
    organic(market)
    market.night(LAST - timedelta(days=6))
    assert [row.values["days_left"] for row in market.notices("catalog/certificate_ending")] == [
        "6"
    ]
    market.night(LAST - timedelta(days=5))
    assert len(market.notices("catalog/certificate_ending")) == 1
    market.night(LAST + timedelta(days=3))
    assert len(market.notices("catalog/certificate_ending")) == 1
    assert state(market.session, "HUUCO") is S.WITHHELD


def test_two_workers_at_once_remind_once_and_withhold_once(market, maker):
    market.holds()
    organic(market)
    for day, template in (
        (LAST - timedelta(days=14), "catalog/certificate_ending"),
        (LAST + timedelta(days=1), "catalog/withheld"),
    ):
        market.on(day)

        def night(_number):
            with maker() as session, transaction(session):
                return watch(session, market.now)

        assert sorted(at_once(night, 2)) == [0, 1]
        market.hear()
        assert len(market.notices(template)) == 1


def test_a_moved_end_is_spoken_of_anew(market):
    market.holds()
    organic(market)
    market.night(LAST - timedelta(days=1))
    later = Paperwork(Scheme.ORGANIC, "organic-1", "Chi cục", date(2026, 1, 1), date(2027, 1, 10))
    market.run(import_certificate, CertificateRow("V1", later), actor=HOUSE)
    market.night(LAST + timedelta(days=1))
    assert state(market.session, "HUUCO") is S.PUBLISHED
    # Thirty days before the new end.
    assert len(market.notices("catalog/certificate_ending")) == 2
    market.night(date(2027, 1, 11))
    assert state(market.session, "HUUCO") is S.WITHHELD


def test_a_withdrawn_certificate_is_not_reminded_of(market):
    market.holds()
    market.run(withdraw_certificate, market.certificate(), reason=WHY, actor=OFFICER)
    market.night(LAST - timedelta(days=7))
    assert market.notices("catalog/certificate_ending") == []


# -- what would happen


def test_the_weight_of_a_certificate_is_what_leaves_with_it(market):
    paper(market)
    market.holds()
    organic(market), plain(market)
    held = weights(market.session, market.vendor, on=local_date(market.now))
    one = held[market.certificate()]
    assert {item.code for item in one.listings} == {"THUONG", "HUUCO"}
    assert [item.code for item in one.falling] == ["HUUCO"]
    assert [item.code for item in one.lapsing] == ["HUUCO"]
    assert one.returning == []
    # The plain goods are covered by either: none of the two alone takes them along.
    assert held[market.certificate(Scheme.FOOD_SAFETY)].falling == []
    market.run(withdraw_certificate, market.certificate(), reason=WHY, actor=OFFICER)
    after = weights(market.session, market.vendor, on=local_date(market.now))
    assert [item.code for item in after[market.certificate()].returning] == ["HUUCO"]


# -- at the same moment


def test_a_renewal_during_the_nightly_job_is_not_lost(market, maker, monkeypatch):
    assert raced(market, maker, monkeypatch) is S.PUBLISHED


def test_without_the_lock_the_renewal_would_be_lost(market, maker, monkeypatch):
    """The negative control: proofs read before the goods are locked are yesterday's."""
    if maker.kw["bind"].dialect.name == "sqlite":
        pytest.skip("SQLite has one writer: the race cannot be run")
    monkeypatch.setattr(settling, "_locked", unlocked)
    assert raced(market, maker, monkeypatch) is S.WITHHELD


def unlocked(session: Session, vendor: str, _listing_id: str | None):
    rows = session.execute(
        sa.select(Listing, Category.slug)
        .join(Category, Category.id == Listing.category_id)
        .where(Listing.vendor_id == vendor)
    )
    return [(one, slug) for one, slug in rows]


def raced(market, maker, monkeypatch):
    """Let the job read the proofs, then a renewal be verified and settled, then the job go on."""
    market.holds()
    organic(market)
    market.on(LAST + timedelta(days=1))
    certificate = renewed(market)
    has_read, is_settled = threading.Event(), threading.Event()
    read = settling.proofs_of

    def slow(session, vendor_ids):
        found = read(session, vendor_ids)
        if threading.current_thread().name == "job":
            has_read.set()
            is_settled.wait(1)
        return found

    monkeypatch.setattr(settling, "proofs_of", slow)

    def job():
        with maker() as session, transaction(session):
            settle(session, market.vendor, now=market.now)

    worker = threading.Thread(target=job, name="job")
    worker.start()
    assert has_read.wait(10)
    with maker() as session, transaction(session):
        verify_certificate(session, certificate, actor=OFFICER, now=market.now)
    with maker() as session, transaction(session):
        settle(session, market.vendor, now=market.now)
    is_settled.set()
    worker.join(20)
    market.session.rollback()
    return state(market.session, "HUUCO")


def test_events_of_certificates_are_written_once_each(market):
    market.holds()
    market.night(LAST + timedelta(days=1)).night(LAST + timedelta(days=2))
    kinds = market.session.scalars(
        sa.select(OutboxMessage.kind).where(OutboxMessage.kind.startswith("Certificate"))
    ).all()
    assert kinds == ["CertificateVerified", "CertificateLapsed"]

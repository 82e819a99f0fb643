"""Certificates: a badge lives while it is verified and valid."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from kernel import audit
from kernel.actor import Actor
from kernel.db import transaction
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from kernel.events import OutboxMessage
from tests.vendors.conftest import NOW, REVIEWER, WHY
from vendors import queries
from vendors.jobs import watch
from vendors.models import Certificate
from vendors.queries import Badge
from vendors.rules import Scheme
from vendors.services import certifying
from vendors.services.certifying import Paperwork

VIETGAP = Paperwork(
    Scheme.VIETGAP,
    number="VG-0812-33",
    issuer="Trung tâm Chứng nhận",
    valid_from=date(2025, 1, 10),
    last_day=date(2026, 12, 31),
    scope={"product": "Cà rốt, 12 ha"},
)


def add(house, vendor_id, paperwork=VIETGAP):
    return house.run(certifying.add_certificate, vendor_id, paperwork=paperwork, actor=house.owner)


def verify(house, certificate_id, actor=REVIEWER):
    house.run(certifying.verify_certificate, certificate_id, actor=actor)


def badges(house, vendor_id, on=date(2026, 11, 23)):
    house.session.expire_all()
    return queries.badges(house.session, [vendor_id], on=on)[vendor_id]


def test_a_badge_waits_for_the_office(house):
    vendor_id = house.approved()
    certificate_id = add(house, vendor_id)
    assert badges(house, vendor_id) == []
    verify(house, certificate_id)
    assert badges(house, vendor_id) == [
        Badge(
            Scheme.VIETGAP,
            None,
            "VG-0812-33",
            "Trung tâm Chứng nhận",
            valid_to=date(2027, 1, 1),
            scope={"product": "Cà rốt, 12 ha"},
        )
    ]


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        (date(2025, 1, 9), False),
        (date(2025, 1, 10), True),
        (date(2026, 12, 31), True),
        (date(2027, 1, 1), False),
    ],
)
def test_a_badge_is_shown_from_the_first_to_the_last_day(house, day, shown):
    vendor_id = house.approved()
    verify(house, add(house, vendor_id))
    assert bool(badges(house, vendor_id, on=day)) is shown
    (card,) = queries.certificates(house.session, vendor_id)
    assert card.holds(day) is shown
    assert card.last_day == date(2026, 12, 31)


def test_a_withdrawn_certificate_loses_its_badge_at_once_and_may_get_it_back(house):
    vendor_id = house.approved()
    certificate_id = add(house, vendor_id)
    verify(house, certificate_id)
    house.run(certifying.withdraw_certificate, certificate_id, reason=WHY, actor=REVIEWER)
    assert badges(house, vendor_id) == []
    (card,) = queries.certificates(house.session, vendor_id)
    assert (card.withdrawn_at, card.withdrawn_reason) == (NOW, WHY)
    assert not card.holds(date(2026, 11, 23))
    with pytest.raises(Conflict):
        house.run(certifying.withdraw_certificate, certificate_id, reason=WHY, actor=REVIEWER)
    verify(house, certificate_id)
    assert len(badges(house, vendor_id)) == 1
    kinds = house.session.scalars(
        sa.select(OutboxMessage.kind).where(OutboxMessage.kind.startswith("Certificate"))
    ).all()
    assert kinds == ["CertificateVerified", "CertificateWithdrawn", "CertificateVerified"]
    assert audit.verify(house.session) is None


def test_a_certificate_is_verified_once(house):
    certificate_id = add(house, house.approved())
    verify(house, certificate_id)
    with pytest.raises(Conflict):
        verify(house, certificate_id)


def test_a_withdrawal_needs_a_reason(house):
    vendor_id = house.approved()
    certificate_id = add(house, vendor_id)
    verify(house, certificate_id)
    with pytest.raises(Invalid):
        house.run(certifying.withdraw_certificate, certificate_id, reason=" ", actor=REVIEWER)
    assert len(badges(house, vendor_id)) == 1


def test_only_the_office_judges_and_never_its_own(house):
    vendor_id = house.approved()
    certificate_id = add(house, vendor_id)
    own = Actor("01B", "Bình", frozenset({"reviewer"}), {vendor_id: frozenset({"owner"})})
    for actor in (house.owner, Actor("01F", "Thu", frozenset({"finance"})), own):
        with pytest.raises(NotAllowed):
            verify(house, certificate_id, actor)
    assert badges(house, vendor_id) == []
    with pytest.raises(NotFound):
        verify(house, "01NOTHING")


def test_an_unjudged_certificate_is_taken_back_a_judged_one_stays(house):
    vendor_id = house.approved()
    first, second = add(house, vendor_id), add(house, vendor_id)
    verify(house, second)
    values = {"vendor_id": vendor_id, "actor": house.owner}
    house.run(certifying.remove_certificate, first, **values)
    with pytest.raises(Conflict):
        house.run(certifying.remove_certificate, second, **values)
    assert [card.id for card in queries.certificates(house.session, vendor_id)] == [second]


def test_a_certificate_of_another_vendor_is_not_found(house):
    first = house.approved()
    certificate_id = add(house, first)
    second = house.draft()
    with pytest.raises(NotFound):
        house.run(
            certifying.remove_certificate,
            certificate_id,
            vendor_id=second,
            actor=house.owner,
        )
    with pytest.raises(NotFound):
        add(house, first)
    assert len(queries.certificates(house.session, first)) == 1


def test_a_closed_dossier_takes_no_certificates(house):
    vendor_id = house.under_review()
    house.decide(vendor_id, "reject")
    with pytest.raises(Conflict):
        add(house, vendor_id)


@pytest.mark.parametrize(
    ("issued", "gone"),
    [
        (date(2024, 2, 29), date(2027, 2, 28)),
        (date(2023, 8, 31), date(2026, 8, 31)),
        (date(2024, 11, 23), date(2027, 11, 23)),
    ],
)
def test_ocop_stars_vanish_36_months_after_they_were_given(house, issued, gone):
    vendor_id = house.approved()
    ocop = Paperwork(Scheme.OCOP, "QĐ 12/QĐ-UBND", "UBND tỉnh", issued, stars=4)
    verify(house, add(house, vendor_id, ocop))
    (last,) = badges(house, vendor_id, on=gone - timedelta(days=1))
    assert (last.stars, last.valid_to) == (4, gone)
    assert badges(house, vendor_id, on=gone) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"last_day": None}, "last_day"),
        ({"last_day": date(2025, 1, 9)}, "last_day"),
        ({"scheme": Scheme.OCOP, "stars": 4, "last_day": date(2028, 1, 10)}, "last_day"),
        ({"scheme": Scheme.OCOP, "stars": 2}, "stars"),
    ],
)
def test_dates_and_stars_that_cannot_be_are_refused(house, change, field):
    vendor_id = house.approved()
    with pytest.raises(Invalid) as refusal:
        add(house, vendor_id, Paperwork(**(vars(VIETGAP) | change)))
    assert refusal.value.field == field
    assert house.session.scalars(sa.select(Certificate)).all() == []


def test_nobody_asked_for_means_no_statement_and_no_badges(house):
    assert queries.badges(house.session, [], on=date(2026, 11, 23)) == {}
    assert queries.badges(house.session, ["01X"], on=date(2026, 11, 23)) == {"01X": []}


def test_the_house_hears_of_a_certificate_on_its_first_day_out_and_not_before(house):
    vendor_id = house.approved()
    certificate = add(house, vendor_id)
    verify(house, certificate)
    seen = heard(house)
    for day, told in ((31, 0), (32, 1), (33, 0)):
        moment = datetime(2026, 12, 1, 5, tzinfo=UTC) + timedelta(days=day - 1)
        with transaction(house.session):
            watch(house.session, moment)
        assert heard(house) - seen == told
        seen = heard(house)


def heard(house):
    return house.session.scalar(
        sa.select(sa.func.count()).where(OutboxMessage.kind == "CertificateLapsed")
    )

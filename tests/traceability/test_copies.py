"""Signs of copied labels: each rule at its edge, raised once, told to whom it concerns."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from kernel.db import transaction
from kernel.errors import Conflict, Invalid, NotFound
from kernel.events import OutboxMessage
from kernel.quantity import Unit
from tests.traceability.land import NOW, OFFICE, STRANGER, count
from traceability.models import LogisticUnit, Lot, Scan, ScanAlert, SerialUnit
from traceability.queries.scans import alerts_of, scans_of_lots, serial_story
from traceability.queries.ways import ways_of
from traceability.rules import LotState, Portion, UnitKind
from traceability.rules.copies import (
    AlertState,
    Finding,
    Known,
    Limits,
    Look,
    ScanNote,
    Sign,
    more_than_made,
    signs_of,
    speed_kmh,
    sweep_of,
)
from traceability.rules.labels import SerialState, Template
from traceability.services import labels, lots, scans
from traceability.services.events import write_event
from traceability.services.labels import Wish
from traceability.services.telling import Words, tell_object

REGION = {"south": 8, "north": 24, "west": 102, "east": 115}
LIMITS = Limits(20, 8, 900, 24, 90, 30, 300, 5, REGION)
T0 = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
USED = Known(SerialState.ACTIVATED, activated_at=T0)
HAI_DUONG, SAI_GON, PARIS = (20.9, 106.3), (10.8, 106.7), (48.9, 2.4)
PHONE = "a" * 16
ROOT = "http://localhost"


def looks(*spans, device=PHONE):
    """Scans so many minutes after the first; a span may bring a place."""
    told = [span if isinstance(span, tuple) else (span, None, None) for span in spans]
    return [Look(T0 + timedelta(minutes=m), device, lat, lon) for m, lat, lon in told]


def names(seen, known=USED, limits=LIMITS):
    return [finding.sign for finding in signs_of(seen, known, limits)]


def test_a_label_scanned_a_few_times_where_it_is_sold_is_clean():
    assert names(looks((0, *HAI_DUONG), 5, (600, *SAI_GON))) == []


@pytest.mark.parametrize(("scans_", "signs"), [(20, []), (21, [Sign.MANY])])
def test_more_scans_than_a_family_makes(scans_, signs):
    assert names(looks(*range(scans_))) == signs


@pytest.mark.parametrize(("phones", "signs"), [(8, []), (9, [Sign.DEVICES])])
def test_more_telephones_than_a_family_has(phones, signs):
    seen = [Look(T0 + timedelta(minutes=n), f"{n:016d}") for n in range(phones)]
    assert names(seen) == signs


def test_who_has_no_key_is_no_telephone():
    assert names(looks(*range(12), device="")) == []


@pytest.mark.parametrize(("minutes", "signs"), [(60, [Sign.SPEED]), (120, []), (75, [])])
def test_no_aeroplane_flies_1100_km_in_an_hour(minutes, signs):
    # 1,124 km of which 15 are rounding: an hour and thirteen minutes at 900 km/h.
    assert names(looks((0, *HAI_DUONG), (minutes, *SAI_GON))) == signs


def test_neighbours_whose_places_were_rounded_apart_are_not_fast():
    seen = looks((0, 20.9, 106.3), (0, 21.0, 106.3))
    assert speed_kmh(*seen) == 0


@given(
    st.floats(-90, 90),
    st.floats(-180, 180),
    st.floats(-90, 90),
    st.floats(-180, 180),
    st.integers(0, 10**6),
)
def test_a_speed_is_a_number_wherever_people_are(lat, lon, lat2, lon2, minutes):
    assert 0 <= speed_kmh(*looks((0, lat, lon), (minutes, lat2, lon2))) < 1.3e6


def test_outside_of_where_it_is_sold():
    found = signs_of(looks((0, *PARIS)), USED, LIMITS)
    assert found == [Finding(Sign.AWAY, {"lat": 48.9, "lon": 2.4})]


@pytest.mark.parametrize(
    ("known", "signs"),
    [
        (Known(SerialState.ISSUED), [Sign.EARLY]),
        (Known(SerialState.ACTIVATED, activated_at=T0 + timedelta(minutes=1)), [Sign.EARLY]),
        (Known(SerialState.ACTIVATED, activated_at=T0), []),
        (Known(SerialState.VOID), [Sign.VOID]),
        (Known(None), [Sign.UNKNOWN]),
    ],
)
def test_before_it_left_out_of_use_and_never_issued(known, signs):
    assert names(looks(0), known) == signs


@pytest.mark.parametrize(("days", "signs"), [(89, []), (90, [Sign.LATE])])
def test_long_after_it_was_sold(days, signs):
    known = Known(SerialState.SOLD, T0, sold_at=T0)
    assert names([Look(T0 + timedelta(days=days))], known) == signs


def test_what_is_kept_longer_may_be_scanned_longer():
    known = Known(SerialState.SOLD, T0, sold_at=T0, kept_until=T0 + timedelta(days=200))
    assert names([Look(T0 + timedelta(days=199))], known) == []
    assert names([Look(T0 + timedelta(days=200))], known) == [Sign.LATE]


@pytest.mark.parametrize(("hours", "signs"), [(24, []), (25, [Sign.EARLY])])
def test_before_it_was_sent_off_but_for_a_day_in_which_that_is_written_down(hours, signs):
    known = Known(SerialState.ACTIVATED, T0 - timedelta(days=9), T0 + timedelta(hours=hours))
    assert names(looks(0), known) == signs


def test_one_telephone_and_many_numbers():
    assert sweep_of(30, LIMITS) is None
    assert sweep_of(31, LIMITS) == Finding(Sign.SWEEP, {"serials": 31, "most": 30})


def test_more_scans_than_labels():
    assert more_than_made(30, 10, 0, LIMITS) is None
    assert more_than_made(31, 10, 0, LIMITS) == Finding(Sign.MORE, {"scans": 31, "made": 10})
    # Who labels elsewhere has no more packs than pieces; where labels are ours, they say it.
    assert more_than_made(30, 0, 10, LIMITS) is None
    assert more_than_made(31, 0, 10, LIMITS) == Finding(Sign.MORE, {"scans": 31, "pieces": 10})
    assert more_than_made(31, 10, 500, LIMITS) == Finding(Sign.MORE, {"scans": 31, "made": 10})
    # A lot that is weighed, without labels of ours, says nothing.
    assert more_than_made(1000, 0, 0, LIMITS) is None


@pytest.fixture
def lot_id(land):
    return land.harvest()


@pytest.fixture
def serials(land, lot_id):
    """Forty numbers on the goods."""
    wish = Wish(Template.STICKER, 300, 40, serials=True)
    batch = land.run(labels.print_labels, lot_id, wish=wish, root="http://x", actor=land.owner)
    land.run(labels.apply_labels, batch, actor=land.owner, now=NOW - timedelta(days=3))
    land.session.rollback()
    return list(land.session.scalars(sa.select(SerialUnit.serial).order_by(SerialUnit.position)))


def scan(land, lot_id, serial="", *, minutes=0, device=PHONE):
    note = ScanNote(lot_id, serial, NOW + timedelta(minutes=minutes), device)
    return land.run(scans.record_scans, [note])


def signs(land, lot_id):
    land.session.rollback()
    rows = land.session.scalars(
        sa.select(ScanAlert.sign).where(ScanAlert.lot_id == lot_id).order_by(ScanAlert.id)
    )
    return list(rows)


def test_a_scan_is_written_once_and_a_buyer_reads_its_history(land, lot_id, serials):
    first = serials[0]
    assert scan(land, lot_id, first) == 1
    assert scan(land, lot_id, first) == 0
    assert scan(land, lot_id, first, minutes=9, device="b" * 16) == 1
    story = serial_story(land.session, lot_id=lot_id, serial=first, device=PHONE)
    assert (story.state, story.scans, story.by_me, story.others) == (SerialState.ACTIVATED, 2, 1, 1)
    assert (story.devices, story.first_at) == (2, NOW)
    assert story.is_clean
    assert signs(land, lot_id) == []
    shown = scans_of_lots(land.session, vendor_id=land.vendor_id)
    assert [(row.scans, row.devices) for row in shown] == [(2, 2)]


def test_a_sign_is_raised_and_told_once_however_often_it_shows(land, lot_id):
    for minute in range(3):
        scan(land, lot_id, "000000000000", minutes=minute)
    assert signs(land, lot_id) == [Sign.UNKNOWN]
    alert = alerts_of(land.session, vendor_id=land.vendor_id).items[0]
    assert (alert.facts, alert.serial) == ({"scans": 3}, "000000000000")
    told = count(land.session, OutboxMessage, OutboxMessage.kind == "CopySuspected")
    assert told == 1
    story = serial_story(land.session, lot_id=lot_id, serial="000000000000", device="")
    assert (story.state, story.signs, story.is_clean) == (None, (Sign.UNKNOWN,), False)


def test_a_number_of_another_lot_was_not_issued_for_this_one(land, lot_id, serials):
    other = land.harvest()
    scan(land, other, serials[0])
    assert signs(land, other) == [Sign.UNKNOWN]
    assert serial_story(land.session, lot_id=other, serial=serials[0], device="").state is None


def test_many_numbers_from_one_telephone(land, lot_id, serials):
    notes = [ScanNote(lot_id, serial, NOW, PHONE) for serial in serials[:31]]
    land.run(scans.record_scans, notes[:30])
    assert signs(land, lot_id) == []
    land.run(scans.record_scans, notes[30:])
    assert signs(land, lot_id) == [Sign.SWEEP]


def test_many_numbers_of_several_lots_from_one_telephone_and_each_buyer_reads_it(
    land, lot_id, serials
):
    other = land.harvest()
    wish = Wish(Template.STICKER, 300, 11, serials=True)
    batch = land.run(labels.print_labels, other, wish=wish, root="http://x", actor=land.owner)
    land.run(labels.apply_labels, batch, actor=land.owner, now=NOW - timedelta(days=3))
    land.session.rollback()
    more = land.session.scalars(sa.select(SerialUnit.serial).where(SerialUnit.batch_id == batch))
    notes = [ScanNote(lot_id, serial, NOW, PHONE) for serial in serials[:20]]
    notes += [ScanNote(other, serial, NOW, PHONE) for serial in more]
    land.run(scans.record_scans, notes[:30])
    assert signs(land, lot_id) + signs(land, other) == []
    land.run(scans.record_scans, notes[30:])
    assert signs(land, lot_id) == signs(land, other) == [Sign.SWEEP]
    for lot, serial in ((lot_id, serials[0]), (other, notes[-1].serial)):
        story = serial_story(land.session, lot_id=lot, serial=serial, device="")
        assert story.signs == (Sign.SWEEP,)
    untouched = serial_story(land.session, lot_id=lot_id, serial=serials[25], device="")
    assert untouched.is_clean
    alert = alerts_of(land.session, vendor_id=land.vendor_id).items[0]
    assert alert.facts == {"serials": 31, "most": 30}
    found = land.session.scalar(sa.select(ScanAlert.id).where(ScanAlert.lot_id == lot_id))
    land.run(scans.check_alert, found, is_copy=False, note="Kiểm kho", actor=land.owner)
    assert serial_story(land.session, lot_id=lot_id, serial=serials[0], device="").is_clean


def tell(land, lot_id, step, at):
    """Write that a lot was sent off, or sold."""
    lot = land.session.get_one(Lot, lot_id)
    told = {"shipping": "in_transit", "retail_selling": "retail_sold"}
    land.run(
        lambda session, now: tell_object(
            session, [(lot, 1000)], Words("OBSERVE", step, told[step]), at=at, now=now
        )
    )


def test_a_number_scanned_before_its_lot_was_sent_off(land, lot_id, serials):
    tell(land, lot_id, "shipping", NOW + timedelta(hours=26))
    scan(land, lot_id, serials[0], minutes=60)
    assert signs(land, lot_id) == [Sign.EARLY]
    scan(land, lot_id, serials[1], minutes=180)
    assert signs(land, lot_id) == [Sign.EARLY]


def test_what_is_sold_at_the_farm_left_it_then(land, lot_id, serials):
    tell(land, lot_id, "retail_selling", NOW)
    tell(land, lot_id, "shipping", NOW + timedelta(days=9))
    scan(land, lot_id, serials[0], minutes=60)
    assert signs(land, lot_id) == []


def test_a_lot_that_was_sold_off_long_ago_is_not_scanned_any_more(land, lot_id, serials):
    tell(land, lot_id, "retail_selling", NOW)
    days = 91 * 24 * 60
    scan(land, lot_id, serials[0], minutes=days)
    scan(land, lot_id, minutes=days)
    # Some of it may lie on a shelf yet.
    assert signs(land, lot_id) == []
    land.session.rollback()
    with transaction(land.session) as session:
        session.get_one(Lot, lot_id).state = LotState.CLOSED
    scan(land, lot_id, serials[0], minutes=days + 1)
    scan(land, lot_id, minutes=days + 1)
    assert signs(land, lot_id) == [Sign.LATE, Sign.LATE]


def test_scans_of_numbers_count_for_their_lot(land, lot_id):
    wish = Wish(Template.STICKER, 300, 1, serials=True)
    batch = land.run(labels.print_labels, lot_id, wish=wish, root="http://x", actor=land.owner)
    land.run(labels.apply_labels, batch, actor=land.owner, now=NOW - timedelta(days=3))
    land.session.rollback()
    (serial,) = land.session.scalars(sa.select(SerialUnit.serial))
    for minute in range(4):
        scan(land, lot_id, serial, minutes=minute)
    assert signs(land, lot_id) == [Sign.MORE]


def test_more_scans_of_a_lot_than_three_times_its_labels(land, lot_id):
    wish = Wish(Template.STICKER, 300, 1)
    land.run(labels.print_labels, lot_id, wish=wish, root="http://x", actor=land.owner)
    for minute in range(3):
        scan(land, lot_id, minutes=minute)
    assert signs(land, lot_id) == []
    scan(land, lot_id, minutes=4)
    assert signs(land, lot_id) == [Sign.MORE]


@pytest.mark.parametrize(("unit", "found"), [(Unit.PIECE, [Sign.MORE]), (Unit.GRAM, [])])
def test_a_lot_labelled_elsewhere_is_measured_by_its_pieces(land, unit, found):
    lot_id = land.harvest(quantity=2, unit=unit)
    for minute in range(6):
        scan(land, lot_id, minutes=minute)
    assert signs(land, lot_id) == []
    scan(land, lot_id, minutes=7)
    assert signs(land, lot_id) == found


def test_a_place_is_kept_to_ten_kilometres_and_only_where_it_was_given(land, lot_id, serials):
    first = serials[0]
    scan(land, lot_id, first)
    note = ScanNote(lot_id, first, NOW + timedelta(minutes=2), PHONE)
    land.run(scans.place_scan, note, lat=20.93742, lon=106.31449)
    land.session.rollback()
    rows = land.session.execute(sa.select(Scan.lat, Scan.lon)).all()
    assert rows == [(20.9, 106.3)]
    far = replace(note, at=NOW + timedelta(minutes=30), device="b" * 16)
    land.run(scans.place_scan, far, lat=10.77, lon=106.69)
    assert signs(land, lot_id) == [Sign.SPEED]
    for lat, lon in ((91, 0), (0, 181), (float("nan"), 0)):
        with pytest.raises(Invalid):
            land.run(scans.place_scan, note, lat=lat, lon=lon)


def test_what_was_found_out_ends_a_sign_and_buyers_are_warned_of_copies_only(land, lot_id):
    scan(land, lot_id, "000000000000")
    alert = land.session.scalar(sa.select(ScanAlert.id))
    with pytest.raises(NotFound):
        land.run(scans.check_alert, alert, is_copy=True, note="Tem giả", actor=STRANGER)
    land.run(scans.check_alert, alert, is_copy=True, note="Tem giả", actor=OFFICE)
    story = serial_story(land.session, lot_id=lot_id, serial="000000000000", device="")
    assert story.signs == (Sign.UNKNOWN,)
    with pytest.raises(Conflict):
        land.run(scans.check_alert, alert, is_copy=False, note="Nhầm lẫn", actor=land.owner)
    seen = alerts_of(land.session, is_open=False).items
    assert [(one.state, one.note, one.checked_name) for one in seen] == [
        (AlertState.COPY, "Tem giả", "Trần Thị Lan")
    ]


def test_scans_are_forgotten_after_half_a_year(land, lot_id):
    scan(land, lot_id)
    later = NOW + timedelta(days=180)
    with land.session.begin_nested() if land.session.in_transaction() else land.session.begin():
        assert scans.purge_scans(land.session, later) == 0
        assert scans.purge_scans(land.session, later + timedelta(minutes=1)) == 1
        assert scans.purge_scans(land.session, later) == 0


def test_a_scan_of_a_lot_that_is_gone_is_left_out(land):
    assert scan(land, "01GONE") == 0


def tell_of(land, body, at):
    """Write an event of a partner of the vendor."""
    told = body | {"eventTime": at.isoformat(timespec="milliseconds")}
    land.run(write_event, told, vendor_id=land.vendor_id)


def test_a_pack_left_with_the_crate_that_a_partner_put_it_into(land, lot_id, serials):
    """One pack lies in a crate, the crate stands on a pallet, and only the pallet is sent off."""
    lot = land.session.get_one(Lot, lot_id)
    pack, crate, pallet = (f"{ROOT}/{name}" for name in (
        f"t/{lot.trace_code}/{serials[0]}", "u/KR4TE", "u/PA11ET",
    ))  # fmt: skip
    packing = {"type": "AggregationEvent", "action": "ADD", "bizStep": "packing"}
    packing |= {"eventTimeZoneOffset": "+07:00"}
    tell_of(land, packing | {"parentID": crate, "childEPCs": [pack]}, NOW)
    tell_of(land, packing | {"parentID": pallet, "childEPCs": [crate]}, NOW + timedelta(hours=1))
    sent = {"type": "ObjectEvent", "action": "OBSERVE", "bizStep": "shipping"}
    sent |= {"eventTimeZoneOffset": "+07:00", "epcList": [pallet]}
    tell_of(land, sent, NOW + timedelta(days=2))
    # The lot itself was sent off before; of this pack the pallet says better.
    tell(land, lot_id, "shipping", NOW)
    land.session.rollback()
    way = ways_of(land.session, land.session.get_one(Lot, lot_id), serials[0])
    assert (way.left_at, way.is_of_unit) == (NOW + timedelta(days=2), True)
    other = ways_of(land.session, land.session.get_one(Lot, lot_id), serials[1])
    assert (other.left_at, other.is_of_unit) == (NOW, False)
    scan(land, lot_id, serials[0], minutes=60)
    scan(land, lot_id, serials[1], minutes=60)
    found = alerts_of(land.session, vendor_id=land.vendor_id).items
    assert [(one.serial, one.sign) for one in found] == [(serials[0], Sign.EARLY)]


def test_a_pack_that_was_taken_out_did_not_leave_with_the_crate(land, lot_id, serials):
    lot = land.session.get_one(Lot, lot_id)
    pack, crate = f"{ROOT}/t/{lot.trace_code}/{serials[0]}", f"{ROOT}/u/KR4TE"
    moved = {"type": "AggregationEvent", "eventTimeZoneOffset": "+07:00", "parentID": crate}
    added = moved | {"action": "ADD", "childEPCs": [pack]}
    sent = {"type": "ObjectEvent", "action": "OBSERVE", "bizStep": "shipping"}
    sent |= {"eventTimeZoneOffset": "+07:00", "epcList": [crate]}
    for hours, out in ((1, {"childEPCs": [pack]}), (5, {})):
        tell_of(land, added, NOW + timedelta(hours=hours))
        tell_of(land, moved | {"action": "DELETE"} | out, NOW + timedelta(hours=hours + 1))
        tell_of(land, sent, NOW + timedelta(hours=hours + 2))
    land.session.rollback()
    way = ways_of(land.session, land.session.get_one(Lot, lot_id), serials[0])
    assert (way.left_at, way.is_of_unit) == (None, False)


def test_a_lot_left_with_its_crate_where_a_partner_tells_of_the_crate_alone(land, lot_id):
    unit_id = land.run(
        lots.make_unit, vendor_id=land.vendor_id, kind=UnitKind.CRATE, name="", actor=land.owner
    )
    portions = [Portion(lot_id, 1000)]
    land.run(lots.pack_unit, unit_id, portions=portions, actor=land.owner)
    crate = f"{ROOT}/u/{land.session.get_one(LogisticUnit, unit_id).code}"
    sent = {"type": "ObjectEvent", "action": "OBSERVE", "bizStep": "shipping"}
    sent |= {"eventTimeZoneOffset": "+07:00", "epcList": [crate]}
    tell_of(land, sent, NOW + timedelta(hours=4))
    land.session.rollback()
    way = ways_of(land.session, land.session.get_one(Lot, lot_id), "")
    assert way.left_at == NOW + timedelta(hours=4)

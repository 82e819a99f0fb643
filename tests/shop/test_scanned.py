"""What one scan tells: of one unit, of a packed lot and its harvests, of the way it went."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from accounts.services.consents import give_consent, withdraw_consent
from accounts.services.people import create_user
from kernel.actor import Actor
from kernel.db import transaction
from kernel.ids import new_id, short_code
from shop.scanning import ScanTally
from tests.conftest import post
from tests.shop.stalls import Stalls
from tests.traceability.conftest import statements  # noqa: F401 - a fixture
from tests.traceability.land import NOW, OFFICE, Land, count
from traceability.epcis.building import Quantity, object_event, transformation_event
from traceability.gs1.ids import lot_id as name_of
from traceability.gs1.ids import place_id
from traceability.models import Farm, Lot, LotEdge, Plot, Scan, ScanAlert, SerialUnit
from traceability.rules import LotKind, LotState
from traceability.rules.copies import ScanNote
from traceability.rules.labels import Template
from traceability.services import labels, lots, scans
from traceability.services.events import write_event
from traceability.services.labels import Wish
from vendors.models import Certificate, Vendor
from vendors.rules import Scheme

ROOT = "http://localhost"
GTIN = "08938500000010"
PHONE = {"User-Agent": "Mozilla/5.0 (Linux; Android 14)"}
PASSED, HELD, BAD = "verdict-passed", "verdict-held", "verdict-recalled"


@pytest.fixture
def land(app_session):
    return Land(app_session)


def lot_of(land, lot_id):
    land.session.rollback()
    return land.session.get_one(Lot, lot_id)


def unit_of(land, lot_id, *, applied=True):
    """Return a number of a label of the lot."""
    wish = Wish(Template.STICKER, 300, 1, serials=True)
    batch = land.run(labels.print_labels, lot_id, wish=wish, root=ROOT, actor=land.owner)
    if applied:
        land.run(labels.apply_labels, batch, actor=land.owner, now=NOW - timedelta(days=5))
    land.session.rollback()
    return land.session.scalar(sa.select(SerialUnit.serial).where(SerialUnit.batch_id == batch))


def read(client, path):
    """Return the words of a page in English."""
    answer = client.get(f"{path}?lang=en", headers=PHONE)
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize("gtin", [None, GTIN])
def test_a_unit_tells_that_it_was_issued_and_by_whom_it_was_scanned(client, land, gtin):
    lot_id = land.harvest(gtin=gtin)
    serial, lot = unit_of(land, lot_id), lot_of(land, lot_id)
    paths = [f"/t/{lot.trace_code}/{serial}", f"/T/{lot.trace_code}/{serial}"]
    if gtin:
        paths += [f"/01/{GTIN}/10/{lot.code}/21/{serial}", f"/01/{GTIN}/21/{serial}"]
    for path in paths:
        if path.startswith("/01/"):
            led = client.get(path, headers=PHONE)
            assert (led.status_code, led.location) == (307, f"{ROOT}{paths[0]}")
            continue
        text = read(client, path)
        assert "Nothing speaks against it." in text
        assert "Nobody has scanned it before, as far as we know." in text
    for minute, device in ((0, "a" * 16), (5, "b" * 16)):
        note = ScanNote(lot_id, serial, NOW - timedelta(minutes=60 - minute), device)
        land.run(scans.record_scans, [note])
    text = read(client, paths[0])
    assert "Scanned 2 times before, first on" in text
    assert "2 telephones." in text
    assert PASSED in text


def test_a_number_that_was_never_issued_says_so_before_all_else(client, land):
    lot = lot_of(land, land.harvest())
    text = read(client, f"/t/{lot.trace_code}/AAAAAAAAAAAA")
    main = text[text.index("<main") :]
    assert main.index("This number was never issued") < main.index("Thanh Ha lychee")
    assert BAD in main


def test_a_label_out_of_use_and_signs_of_copies_are_told_in_words(client, land):
    lot_id = land.harvest()
    used, torn, lot = unit_of(land, lot_id), unit_of(land, lot_id), lot_of(land, lot_id)
    batch = land.session.scalar(sa.select(SerialUnit.batch_id).where(SerialUnit.serial == torn))
    land.run(labels.void_labels, batch, reason="Bị rách", actor=land.owner)
    assert "This label was taken out of use" in read(client, f"/t/{lot.trace_code}/{torn}")
    for lat, lon, minutes in ((20.9, 106.3, 0), (10.8, 106.7, 20)):
        note = ScanNote(lot_id, used, NOW + timedelta(minutes=minutes), str(minutes).zfill(16))
        land.run(scans.place_scan, note, lat=lat, lon=lon)
    text = read(client, f"/t/{lot.trace_code}/{used}")
    assert "Look closely before you trust this label:" in text
    assert "Two places too far apart for the time between" in text
    assert HELD in text


def test_a_lot_of_which_copies_were_found_warns_whoever_scans_any_label_of_it(client, land):
    lot_id = land.harvest()
    path = f"/t/{lot_of(land, lot_id).trace_code}"
    land.run(scans.record_scans, [ScanNote(lot_id, "AAAAAAAAAAAA", NOW, "a" * 16)])
    warning = "Copied labels of this lot were found"
    assert warning not in read(client, path)
    alert = land.session.scalar(sa.select(ScanAlert.id))
    land.run(scans.check_alert, alert, is_copy=True, note="Tem giả ở chợ", actor=OFFICE)
    assert warning in read(client, path)


def test_a_number_of_somebody_else_is_no_matter_of_ours(client, land):
    """A vendor may number its goods itself: only where we issued numbers others are unknown."""
    lot_id = land.harvest(gtin=GTIN)
    lot = lot_of(land, lot_id)
    path = f"/01/{GTIN}/10/{lot.code}/21/S1"
    assert client.get(path).location == f"{ROOT}/t/{lot.trace_code}"
    unit_of(land, lot_id)
    assert client.get(path).location == f"{ROOT}/t/{lot.trace_code}/S1"


@pytest.mark.parametrize("path", ["/t/{code}/a%2Fb", "/t/{code}/ẢẢẢ", "/t/{code}/" + "A" * 21])
def test_what_can_be_no_number_is_refused(client, land, path):
    lot = lot_of(land, land.harvest())
    assert client.get(path.format(code=lot.trace_code)).status_code in {400, 404}


def test_a_scan_is_handed_to_the_worker_and_nothing_is_written_by_the_page(app, client, land):
    lot_id = land.harvest()
    serial, lot = unit_of(land, lot_id), lot_of(land, lot_id)
    told, tally = [], app.extensions["ScanTally"]
    tally._tell = told.append
    for path in (f"/t/{lot.trace_code}", f"/t/{lot.trace_code}/{serial}"):
        client.get(path, headers=PHONE)
        client.get(path, headers=PHONE)
    client.get(f"/t/{lot.trace_code}", headers={"User-Agent": "curl/8"})
    client.get(f"/t/{lot.trace_code}", headers=PHONE | {"Sec-Purpose": "prefetch"})
    assert count(land.session, Scan) == 0
    tally.send()
    notes = sorted(told[0])
    assert [(note.lot_id, note.serial) for note in notes] == [(lot_id, ""), (lot_id, serial)]
    assert len({note.device for note in notes}) == 1
    assert re.fullmatch(r"[0-9a-f]{16}", notes[0].device)
    assert notes[0].at.second == 0
    land.run(scans.record_scans, told[0])
    assert count(land.session, Scan) == 2
    assert isinstance(tally, ScanTally)


def test_the_key_of_a_telephone_is_another_one_tomorrow(app):
    from shop.scanning import device_key

    with app.test_request_context("/", headers=PHONE, environ_base={"REMOTE_ADDR": "10.0.0.1"}):
        today, again = device_key(NOW), device_key(NOW + timedelta(hours=1))
        tomorrow = device_key(NOW + timedelta(days=1))
    with app.test_request_context("/", headers=PHONE, environ_base={"REMOTE_ADDR": "10.0.0.2"}):
        other = device_key(NOW)
    assert today == again
    assert len({today, tomorrow, other}) == 3


def test_who_works_for_the_vendor_is_no_scan(app, client, land, sign_in):
    lot = lot_of(land, land.harvest())
    sign_in(vendor=land.vendor_id, vendor_roles=["seller"])
    told, tally = [], app.extensions["ScanTally"]
    tally._tell = told.append
    client.get(f"/t/{lot.trace_code}", headers=PHONE)
    tally.send()
    assert told == []


def test_a_buyer_may_say_roughly_where_it_is(app, client, land):
    lot_id = land.harvest()
    lot = lot_of(land, lot_id)
    address = f"/t/{lot.trace_code}/here"
    shown = client.get(address)
    assert shown.headers["Permissions-Policy"].startswith("geolocation=(self)")
    for wrong in ({}, {"lat": "x", "lon": "1"}, {"lat": "99", "lon": "1"}, {"commune": "nowhere"}):
        answer = post(client, address, wrong)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
    assert post(client, address, {"lat": "20.9", "lon": "106.3"}).status_code == 303
    there = post(client, address, {"commune": "vn-2025:10813", "serial": "AAAAAAAAAAAA"})
    assert there.location == f"/t/{lot.trace_code}/AAAAAAAAAAAA"
    land.session.rollback()
    rows = land.session.execute(sa.select(Scan.serial, Scan.lat).order_by(Scan.seq)).all()
    assert [row.serial for row in rows] == ["", "AAAAAAAAAAAA"]
    assert all(row.lat == round(row.lat, 1) for row in rows)
    assert client.get("/t/AAAAAAAAAAAA/here").status_code == 404


def ref(land, lot_id):
    lot = lot_of(land, lot_id)
    return name_of(ROOT, gtin=lot.gtin, code=lot.code, trace_code=lot.trace_code)


def packed_from(land, *sources, code="PK2611-1"):
    """Pack lots into another one, with its event; return its id."""
    first = lot_of(land, sources[0])
    made = Lot(
        id=new_id(), vendor_id=land.vendor_id, code=code, trace_code=short_code(12),
        kind=LotKind.PACKED, product=first.product, unit=first.unit, quantity=90_000,
        harvested_on=first.harvested_on, packed_on=date(2026, 11, 24), state=LotState.OPEN,
        state_at=NOW, created_at=NOW,
    )  # fmt: skip
    land.session.rollback()
    with transaction(land.session) as session:
        session.add(made)
    names = [ref(land, source) for source in sources]
    at = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
    place = land.session.execute(
        sa.select(Farm.gln, Farm.trace_code).where(Farm.id == land.farm_id)
    ).one()
    house = place_id(ROOT, gln=place.gln, extension=None, code=place.trace_code)
    body = transformation_event(
        biz_step="commissioning", disposition="active", at=at, read_point=house,
        biz_location=house, inputs=[Quantity(name, 50, "KGM") for name in names],
        outputs=[Quantity(ref(land, made.id), 90, "KGM")],
    )  # fmt: skip
    land.session.rollback()
    with transaction(land.session) as session:
        seq = write_event(session, body, vendor_id=land.vendor_id, now=NOW)
        for source in sources:
            session.add(LotEdge(src_id=source, dst_id=made.id, event_seq=seq, quantity=1, at=at))
    return made.id


def test_a_packed_lot_tells_the_harvests_it_came_from(client, land, statements):  # noqa: F811
    land.write(input_name="Proclaim 1.9EC", phi_days=7)
    first = land.harvest()
    second = land.harvest(season_id=land.season(land.plot()), harvested_on=date(2026, 11, 21))
    packed = packed_from(land, first, second)
    again = lot_of(land, packed_from(land, packed, code="PK2611-2"))
    statements.clear()
    text = read(client, f"/t/{again.trace_code}")
    assert len(statements) <= 12, statements
    told = text[text.index('id="sources"') : text.index('id="certificates"')]
    assert "Packed from 2 harvests" in told
    for lot in (lot_of(land, first), lot_of(land, second)):
        assert lot.code in told
        assert f"/t/{lot.trace_code}" in told
    assert "every waiting time kept" in told
    assert "nothing sprayed" in told
    law = text[text.index("<details") :]
    assert f"Harvested · {lot_of(land, second).trace_code} · Vườn vải Thanh Khê" in law


@pytest.mark.parametrize(
    ("service", "words"),
    [
        (lots.recall_lot, "recalled"),
        (lots.hold_lot, "A harvest in it is on hold"),
    ],
)
def test_a_packed_lot_warns_of_its_harvests(client, land, service, words):
    first = land.harvest()
    packed = lot_of(land, packed_from(land, first))
    land.run(service, first, reason="Phát hiện dư lượng", actor=OFFICE)
    text = read(client, f"/t/{packed.trace_code}")
    assert words in text
    # The lot itself may have been stopped with it: the answer comes first either way.
    main = text[text.index("<main") :]
    assert main.index(words) < main.index("Thanh Ha lychee")


def test_the_way_after_the_field_is_told_from_events(client, land):
    lot_id = land.harvest()
    place = land.session.execute(
        sa.select(Farm.gln, Plot.extension, Plot.trace_code)
        .join(Plot, Plot.farm_id == Farm.id)
        .where(Plot.id == land.plot_id)
    ).one()
    plot = place_id(ROOT, gln=place.gln, extension=place.extension, code=place.trace_code)
    name = ref(land, lot_id)
    steps = (
        ("storing", "in_progress", plot, 25),
        ("shipping", "in_transit", plot, 26),
        ("receiving", "in_progress", f"{ROOT}/p/ELSEWHERE123", 27),
    )
    land.session.rollback()
    with transaction(land.session) as session:
        for step, disposition, where, day in steps:
            body = object_event(
                action="OBSERVE", biz_step=step, disposition=disposition,
                at=datetime(2026, 11, day, 2, 0, tzinfo=UTC), read_point=where,
                biz_location=where, quantities=[Quantity(name, 100, "KGM")],
            )  # fmt: skip
            write_event(session, body, vendor_id=land.vendor_id, now=NOW)
    text = read(client, f"/t/{lot_of(land, lot_id).trace_code}")
    walk = text[text.index('class="timeline"') : text.index('id="certificates"')]
    order = [walk.index(words) for words in ("Harvest", "Stored", "Sent on its way", "Arrived")]
    assert order == sorted(order)
    assert "Vườn vải Thanh Khê, Lô ao" in walk
    law = text[text.index("<details") :]
    assert f"Sent on its way · {name} · {plot} · 26/11/2026" in law


def tell_parcels(land, lot_id, *days):
    """Tell of a lot that parcels of it left and were sold, on days of November 2026."""
    name = ref(land, lot_id)
    land.session.rollback()
    with transaction(land.session) as session:
        for day in days:
            for step in ("shipping", "retail_selling"):
                body = object_event(
                    action="OBSERVE", biz_step=step, disposition="in_transit",
                    at=datetime(2026, 11, day, 2, 0, tzinfo=UTC), read_point=f"{ROOT}/p/SHED",
                    biz_location=None, quantities=[Quantity(name, 5, "KGM")],
                )  # fmt: skip
                write_event(session, body, vendor_id=land.vendor_id, now=NOW)


def test_many_parcels_of_a_lot_are_told_once_with_how_often(client, land):
    lot_id = land.harvest()
    tell_parcels(land, lot_id, 24, 25, 27)
    text = read(client, f"/t/{lot_of(land, lot_id).trace_code}")
    walk = text[text.index('class="timeline"') : text.index('id="certificates"')]
    assert walk.count("Sent on its way") == walk.count("<h3>Sold") == 1
    assert "Sent on its way · 3 times" in walk
    assert "24/11/2026" in walk
    assert "27/11/2026" in walk


def test_a_pack_does_not_tell_to_whom_else_its_harvest_went(client, land):
    first = land.harvest()
    packed = lot_of(land, packed_from(land, first))
    tell_parcels(land, first, 22, 27)
    text = read(client, f"/t/{packed.trace_code}")
    walk = text[text.index('class="timeline"') : text.index('id="sources"')]
    assert "Harvest" in walk
    assert "Sent on its way" not in walk
    assert "Sold" not in walk
    assert ref(land, first) + " · " not in text.replace("Harvested · " + ref(land, first), "")


def test_a_certificate_withdrawn_later_was_valid_and_says_what_became_of_it(client, land):
    lot = lot_of(land, land.harvest())
    land.session.rollback()
    with transaction(land.session) as session:
        vendor = session.get_one(Vendor, land.vendor_id)
        Stalls(session).certificate(vendor)
        early = Stalls(session).certificate(vendor, Scheme.OCOP, number="OCOP-EARLY")
        session.flush()
        held = session.scalars(
            sa.select(Certificate).where(Certificate.number == "VG-2026-118")
        ).one()
        held.withdrawn_at = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
        held.withdrawn_reason = "Vi phạm quy trình"
        early.withdrawn_at = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
        early.withdrawn_reason = "Hết hiệu lực"
    text = read(client, f"/t/{lot.trace_code}")
    assert "Withdrawn later, on 25/11/2026: Vi phạm quy trình" in text
    assert "OCOP-EARLY" not in text


def test_who_harvested_is_named_while_they_agree(client, land):
    name, told = "Nguyễn Thị Hoa", {"lang": "vi"}
    user_id = land.run(
        create_user, name=name, contact="hoa@example.com", password="đường làng mưa", **told
    )
    hoa = Actor(user_id, name, frozenset(), {land.vendor_id: frozenset({"recorder"})})
    lot_id = land.harvest(actor=hoa, worker=name)
    path = f"/t/{lot_of(land, lot_id).trace_code}"
    assert name not in read(client, path)
    consent = {"subject": ("user", user_id), "channel": "me", "actor": hoa}
    land.run(give_consent, "named_on_lot", **consent, **told)
    walk = read(client, path).partition('class="timeline"')[2]
    # It was recorded and harvested by the same: told once.
    assert walk.count(name) == 1
    land.run(withdraw_consent, "named_on_lot", actor=hoa)
    assert name not in read(client, path)

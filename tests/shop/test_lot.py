"""The page behind a QR code: the answer first, and never a stale one."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from kernel import clock
from kernel.db import transaction
from kernel.quantity import Unit
from shop.lot_story import stages
from tests.shop.stalls import Stalls
from tests.traceability.conftest import statements  # noqa: F401 - a fixture
from tests.traceability.land import OFFICE, SPRAY, Land
from traceability import queries
from traceability.models import Plot
from traceability.queries import DiaryLine
from traceability.rules import Activity, EntryStatus
from traceability.services import lots
from traceability.services.importing import LotRow, import_lot
from vendors.models import Vendor
from vendors.rules import Scheme, VendorState

GTIN = "08938500000010"
PASSED, RECALLED, HELD = "verdict-passed", "verdict-recalled", "verdict-held"


@pytest.fixture
def land(app_session):
    return Land(app_session)


@pytest.fixture
def lot(land):
    """A lot of a season with a diary, certified and sold."""
    care = replace(SPRAY, activity=Activity.CARE, input_name="", phi_days=None)
    land.write(care, done_on=date(2026, 8, 2), note={"vi": "Tỉa cành", "en": "Pruned"})
    for day in (5, 9, 14):
        land.write(care, activity=Activity.IRRIGATION, done_on=date(2026, 9, day))
    land.write(input_name="Proclaim 1.9EC", active_ingredient="Emamectin", phi_days=7)
    lot_id = land.harvest(gtin=GTIN, best_before=date(2026, 12, 1))
    land.write(care, done_on=date(2026, 11, 23), note={"vi": "Dọn vườn sau thu hoạch"})
    return card(land, lot_id)


def card(land, lot_id):
    land.session.rollback()
    return queries.lot_cards(land.session, [lot_id])[lot_id]


def sell(land, lot):
    """Offer the lot itself, something else of the farm, and a visit there."""
    with transaction(land.session) as session:
        stalls = Stalls(session)
        vendor = session.get(Vendor, land.vendor_id)
        shelf = stalls.category("fruit", "Trái cây", "Fruit")
        farm = {"farm_id": land.farm_id}
        stalls.goods(
            vendor, shelf, "PRD-801", traced=False, lot_id=lot.id, title=("Vải tươi", "Lychee"),
            art="lychee", tint="blush", **farm,
        )  # fmt: skip
        stalls.goods(vendor, shelf, "PRD-802", title=("Mật ong vải", "Honey"), **farm)
        stalls.visit(vendor, shelf, "EXP-803", title=("Hái vải tại vườn", "Picking"), **farm)
        stalls.certificate(vendor)
        stalls.certificate(vendor, Scheme.OCOP, valid_from=date(2026, 11, 24), number="OCOP-NEW")
        stalls.certificate(vendor, Scheme.TRAVEL_LICENCE, number="LHQT-1")


def test_the_first_screen_answers_product_farm_day_and_verdict(client, land, lot):
    text = client.get(f"/t/{lot.trace_code}").get_data(as_text=True)
    head = text[: text.index('class="timeline"')]
    for words in ("Vải Thanh Hà", "Vườn vải Thanh Khê", "23/11/2026", "L2611-001", PASSED):
        assert words in head
    assert RECALLED not in text


def test_the_walk_goes_from_the_field_to_the_bag(client, land, lot):
    text = client.get(f"/t/{lot.trace_code}?lang=en").get_data(as_text=True)
    walk = text[text.index('class="timeline"') : text.index('id="inputs"')]
    order = [
        walk.index(words)
        for words in (
            "Pruned",
            "05/09/2026",
            "14/09/2026",
            "Proclaim 1.9EC (Emamectin)",
            "23/11/2026",
            lot.code,
        )
    ]
    assert order == sorted(order)
    assert "waited 13 days, 7 needed" in text


def test_entries_that_repeat_are_one_step():
    def line(activity, day):
        done_on = date(2026, 9, day)
        told = (str(day), activity, done_on, {}, None, None, None, None, "Lan")
        return DiaryLine(*told, EntryStatus.DONE, None, None, str(day), None)

    water, care = Activity.IRRIGATION, Activity.CARE
    found = stages([line(water, 1), line(water, 5), line(care, 6), line(water, 9)])
    assert [(stage.activity, stage.times) for stage in found] == [(water, 2), (care, 1), (water, 1)]
    assert (found[0].first.day, found[0].last.day) == (1, 5)


def test_the_harvests_of_other_lots_are_not_told(client, land, lot):
    other = card(land, land.harvest(harvested_on=date(2026, 11, 22)))
    for one in (lot, other):
        story = queries.lot_story(land.session, trace_code=one.trace_code)
        harvests = [line for line in story.entries if line.activity is Activity.HARVEST]
        assert [line.done_on for line in harvests] == [one.harvested_on]


def test_who_worked_is_not_told_to_the_public(client, land):
    land.write(worker="Chị Nguyễn Thị Lan", phi_days=0)
    lot = card(land, land.harvest(worker="Anh Phạm Văn Bình"))
    text = client.get(f"/t/{lot.trace_code}").get_data(as_text=True)
    assert "Nguyễn Thị Lan" not in text
    assert "Phạm Văn Bình" not in text


def test_one_code_leads_to_buying_again_and_to_visiting(client, land, lot):
    sell(land, lot)
    text = client.get(f"/t/{lot.trace_code}").get_data(as_text=True)
    for words in ("/l/PRD-801/", "/l/PRD-802/", "/l/EXP-803/", "25.000", "/v/htx-v01"):
        assert words in text


def test_certificates_are_those_of_the_day_of_harvest(client, land, lot):
    sell(land, lot)
    text = client.get(f"/t/{lot.trace_code}").get_data(as_text=True)
    assert "VG-2026-118" in text
    assert "OCOP-NEW" not in text
    assert "LHQT-1" not in text


def law_of(text):
    """Return what stands under each number of the list that the law asks for."""
    rows = re.findall(r"<dt>(\d+)\. .*?</dt>\s*<dd>(.*?)</dd>", text, re.DOTALL)
    return {int(number): " ".join(re.sub(r"<[^>]+>", " ", said).split()) for number, said in rows}


def test_the_ten_elements_of_the_law_are_there(client, land, lot):
    """Circular 02/2024/TT-BKHCN, by their numbers."""
    sell(land, lot)
    place = land.session.scalar(sa.select(Plot.trace_code).where(Plot.id == land.plot_id))
    text = client.get(f"/t/{lot.trace_code}?lang=en").get_data(as_text=True)
    law, address = law_of(text), f"http://localhost/01/{GTIN}/10/{lot.code}"
    assert list(law) == list(range(1, 11))
    assert law[1] == "Thanh Ha lychee · U hồng"
    assert law[2] == "At the top of this page"
    assert "<img" in text[: text.index('class="lot-facts"')]
    assert law[3] == "HTX V01"
    assert law[4] == "Thôn Lại, Xã Thanh Hà"
    assert f"Harvest · {address} · http://localhost/p/{place} · 23/11/2026" in law[5]
    assert f"Spraying · {address} · http://localhost/p/{place} · 10/11/2026" in law[5]
    assert law[6] == "23/11/2026"
    assert law[7] == address
    assert law[8] == f"HTX V01, {lot.code}, GTIN {GTIN}"
    assert law[9] == "01/12/2026"
    assert law[10] == "VietGAP VG-2026-118 (VinaCert)"
    assert 'href="https://checkvn.mae.gov.vn"' in text


@pytest.mark.parametrize(
    "path",
    [
        "/01/{gtin}/10/{code}",
        "/01/{gtin}/10/{code}/",
        "/01/{gtin}/10/{code}/21/S1",
        "/01/{gtin}/10/{code}?17=261231",
        "/t/{trace}",
    ],
)
def test_digital_link_and_short_code_lead_to_the_same_lot(client, land, lot, path):
    address = path.format(gtin=GTIN, code=lot.code, trace=lot.trace_code)
    answer = client.get(address, follow_redirects=True)
    assert answer.status_code == 200
    assert lot.code in answer.get_data(as_text=True)


def test_a_code_typed_in_small_letters_is_led_to_its_address(client, lot):
    answer = client.get(f"/t/{lot.trace_code.lower()}")
    assert answer.status_code == 303
    assert answer.location.endswith(f"/t/{lot.trace_code}")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/01/08938500000011/10/L2611-001", 400),
        ("/01/8938500000010/10/L2611-001", 400),
        (f"/01/{GTIN}/10/L1/10/L2", 400),
        (f"/01/{GTIN}/foo", 400),
        (f"/01/{GTIN}/17/261231", 400),
        (f"/01/{GTIN}/10/%00", 400),
        (f"/01/{GTIN}/10/%C4%90", 400),
        ("/t/abc", 400),
        ("/t/ABC-DEF-GHI", 400),
        ("/t/ẢẢẢẢẢẢẢ", 400),
        ("/01/09520123456788/10/L2611-001", 404),
        ("/t/AAAAAAAAAAAA", 404),
    ],
)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_misread_and_unknown_codes_get_a_friendly_page(client, lot, path, status, lang):
    answer = client.get(path, headers={"Accept-Language": lang, "Accept": "text/html"})
    assert answer.status_code == status
    assert answer.mimetype == "text/html"
    assert "<main" in answer.get_data(as_text=True)


def test_a_recall_shows_at_once_and_first(client, land, lot):
    sell(land, lot)
    address = f"/t/{lot.trace_code}"
    before = client.get(address)
    assert PASSED in before.get_data(as_text=True)
    assert before.headers["Cache-Control"] == "private, no-cache"
    land.run(lots.recall_lot, lot.id, reason="Phát hiện dư lượng", actor=OFFICE)
    text = client.get(address).get_data(as_text=True)
    assert PASSED not in text
    main = text[text.index("<main") :]
    assert main.index(RECALLED) < main.index("Vải Thanh Hà")
    assert "Phát hiện dư lượng" in text
    assert "+84912345678" in text
    assert "/l/PRD-801/" not in text
    assert "/l/PRD-802/" not in text


def test_a_lot_on_hold_is_not_offered(client, land, lot):
    sell(land, lot)
    land.run(lots.hold_lot, lot.id, reason="Nội bộ: chờ kết quả", actor=land.owner)
    text = client.get(f"/t/{lot.trace_code}").get_data(as_text=True)
    assert HELD in text
    assert PASSED not in text
    # What the vendor noted for itself stays with the vendor.
    assert "Nội bộ" not in text
    assert "/l/PRD-801/" not in text
    assert "/l/PRD-802/" in text


def test_a_broken_waiting_time_is_told_even_after_the_release(client, land):
    land.write(done_on=date(2026, 11, 20), phi_days=7)
    lot = card(land, land.harvest())
    address = f"/t/{lot.trace_code}?lang=en"
    held = client.get(address).get_data(as_text=True)
    assert HELD in held
    assert "Harvested inside the waiting time after spraying." in held
    assert "harvested after 3 days, 7 needed" in held
    land.test(lot.id)
    land.run(lots.release_lot, lot.id, reason="Mẫu đạt, phiếu 118", actor=OFFICE)
    released = client.get(address).get_data(as_text=True)
    assert PASSED in released
    assert "Mẫu đạt, phiếu 118" in released
    assert "Imidacloprid: &lt;0,01 mg/kg (limit 0,05) ✓" in released


def test_a_made_good_shows_its_maker(client, land):
    row = LotRow(
        "V01", "BDX-2611", {"vi": "Bánh đậu xanh"}, Unit.PIECE,
        200, date(2026, 11, 20), packed_on=date(2026, 11, 21),
    )  # fmt: skip
    lot = card(land, land.run(import_lot, row, actor=OFFICE))
    text = client.get(f"/t/{lot.trace_code}").get_data(as_text=True)
    assert "Bánh đậu xanh" in text
    assert "HTX V01" in text
    # It was made, not harvested.
    assert "Lập lô" in text
    assert "Thu hoạch" not in text


@pytest.mark.parametrize(
    ("state", "status"),
    [(VendorState.SUBMITTED, 404), (VendorState.SUSPENDED, 200), (VendorState.TERMINATED, 200)],
)
def test_bags_of_vendors_once_approved_can_be_traced_for_ever(client, land, lot, state, status):
    with transaction(land.session) as session:
        session.get(Vendor, land.vendor_id).state = state
    answer = client.get(f"/t/{lot.trace_code}")
    assert answer.status_code == status
    assert "/v/htx-v01" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/t/{trace}"])
def test_the_page_runs_nine_statements_and_weighs_little(
    client,
    land,
    lot,
    path,
    statements,  # noqa: F811
):
    sell(land, lot)
    address = path.format(trace=lot.trace_code, gtin=GTIN, code=lot.code)
    client.get(address)
    statements.clear()
    answer = client.get(address)
    assert len(statements) <= 9, statements
    assert len(answer.data) < 40_000
    assert " style=" not in answer.get_data(as_text=True)


def test_a_page_that_was_kept_is_shown_while_all_it_tells_is_the_same(client, land, lot):
    """Whatever changes of what the page tells, in whichever table, it is made anew."""
    sell(land, lot)
    address = f"/t/{lot.trace_code}?lang=en"
    assert client.get(address).text == client.get(address).text

    def changed(statement, **values):
        land.session.rollback()
        with transaction(land.session) as session:
            session.execute(sa.text(statement), values)
        return client.get(address).text

    for statement, words in (
        ("UPDATE vendor SET phone = '0912 111 222'", "0912 111 222"),
        ("UPDATE farm SET name = 'Vườn đổi tên'", "Vườn đổi tên"),
        ("UPDATE plot SET planting_area_code = 'VN-HDOR-0099'", "VN-HDOR-0099"),
        ("UPDATE listing SET price_vnd = 123456", "123.456"),
        ("UPDATE certificate SET issuer = 'Trung tâm kiểm định mới'", "Trung tâm kiểm định mới"),
        ("UPDATE lot SET state = 'held', state_reason = 'x'", HELD),
    ):
        assert words not in client.get(address).text, statement
        assert words in changed(statement), statement


def test_what_is_past_its_best_says_so_from_the_day_after(client, land, lot):
    address = f"/t/{lot.trace_code}?lang=en"
    with clock.fixed(datetime(2026, 12, 1, 16, 59, tzinfo=UTC)):
        assert "This day is past" not in client.get(address).text
    with clock.fixed(datetime(2026, 12, 1, 17, 0, tzinfo=UTC)):
        assert "This day is past" in client.get(address).text


def test_the_first_screen_leads_to_the_same_goods_and_to_the_farm(client, land, lot):
    assert "btn-primary" not in top_of(client, lot)
    sell(land, lot)
    top = top_of(client, lot)
    assert re.findall(r'class="btn btn-\w+" href="/l/([A-Z0-9-]+)/', top) == ["PRD-801", "EXP-803"]
    assert "VietGAP" in top


def top_of(client, lot):
    text = client.get(f"/t/{lot.trace_code}?lang=en").text
    return text[text.index("<main") : text.index('class="lot-columns"')]


def test_the_first_screen_has_the_way_in_short(client, land, lot):
    text = client.get(f"/t/{lot.trace_code}?lang=en").get_data(as_text=True)
    strip = text[text.index('class="lot-strip"') : text.index('class="timeline"')]
    days = re.findall(r"<b>([^<]+)</b><time[^>]*>([^<]+)</time>", strip)
    assert days == [("Care and pruning", "02/08"), ("Harvested", "23/11")]
    assert "In your bag" in strip

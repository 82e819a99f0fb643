"""The farm on a phone and the office's lots, through the HTTP door."""

import io
import re
from datetime import date

import pytest
import sqlalchemy as sa
import zxingcpp
from PIL import Image, ImageDraw

from kernel.errors import Conflict
from tests.conftest import post
from tests.traceability.land import Land, count
from traceability import queries
from traceability.models import DiaryEntry, Farm, Lot, Plot, Season
from traceability.qr import qr_png, qr_svg
from traceability.rules import LotState
from vendors.rules import VendorState

GTIN = "08938500000010"


@pytest.fixture
def farmer(app_land, sign_in):
    """The owner of the land, signed in; return the addresses' beginning."""
    sign_in(vendor=app_land.vendor_id, vendor_roles=["owner"])
    return f"/work/{app_land.vendor_id}/farm"


@pytest.fixture
def lot(app_land):
    return fresh(app_land, app_land.harvest())


def fresh(land, lot_id):
    land.session.rollback()
    return queries.lot_cards(land.session, [lot_id])[lot_id]


def decode(image):
    found = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)
    return [code.text for code in found]


def rasterise(svg, px=6):
    """Draw the path of our QR codes: lines of whole modules, moves relative."""
    size = int(re.search(r'd="M0 0h(\d+)', svg)[1])
    path = re.search(r'stroke="#000" d="([^"]+)"', svg)[1]
    image = Image.new("L", (size * px, size * px), 255)
    draw, x, y = ImageDraw.Draw(image), 0.0, 0.0
    for step, first, second in re.findall(r"([Mmh])(-?[\d.]+)(?: (-?[\d.]+))?", path):
        if step == "h":
            top, end = (y - 0.5) * px, x + float(first)
            draw.rectangle((x * px, top, end * px - 1, top + px - 1), fill=0)
            x = end
        else:
            left, down = float(first), float(second)
            x, y = (left, down) if step == "M" else (x + left, y + down)
    return image


def test_a_newcomer_walks_from_farm_to_season(app, app_land, client, farmer):
    there = post(
        client,
        f"{farmer}/farms/new",
        {"name": "Vườn mới", "commune": "vn-2025:10813", "story": "Đất bãi"},
    )
    assert there.status_code == 303
    to_season = post(client, there.location, {"name": "Lô 2", "area": "2,5", "area_unit": "sao"})
    assert to_season.status_code == 303
    season = post(client, to_season.location, {"crop": "Cà rốt", "started_on": "2026-10-01"})
    assert season.status_code == 303
    assert "Cà rốt" in client.get(season.location).get_data(as_text=True)
    assert app_land.session.scalar(sa.select(Plot.area_m2).where(Plot.name == "Lô 2")) == 900
    assert "Vườn mới" in client.get(farmer).get_data(as_text=True)


def test_a_vendor_without_a_farm_is_shown_the_way(app_land, client, farmer):
    with app_land.session.begin():
        for kind in (Season, Plot, Farm):
            app_land.session.execute(sa.delete(kind))
    assert f"{farmer}/farms/new" in client.get(farmer).get_data(as_text=True)


def test_a_farm_is_corrected_and_keeps_its_words_in_other_languages(app_land, client, farmer):
    address = f"{farmer}/farms/{app_land.farm_id}"
    assert "Vườn ba đời." in client.get(address).get_data(as_text=True)
    data = {"name": "Vườn bác Hòa", "commune": "vn-2025:10813", "story": "Three generations"}
    client.get(f"{address}?lang=en")
    assert post(client, address, data).status_code == 303
    farm = queries.farm_cards(app_land.session, [app_land.farm_id])[app_land.farm_id]
    assert farm.name == "Vườn bác Hòa"
    assert farm.story == {"vi": "Vườn ba đời.", "en": "Three generations"}


@pytest.mark.parametrize(
    ("page", "data", "kept"),
    [
        (
            "farms/new",
            {"name": "", "commune": "vn-2025:10813", "address": "Thôn Đoài"},
            "Thôn Đoài",
        ),
        ("farms/new", {"name": "Vườn X", "commune": "vn-2025:00001"}, "Vườn X"),
        ("farms/{farm}", {"name": "", "address": "Thôn Đoài"}, "Thôn Đoài"),
        ("farms/{farm}/plots/new", {"name": "Lô X", "area": "nhiều", "area_unit": "m2"}, "nhiều"),
        ("farms/{farm}/plots/new", {"name": "Lô X", "area": "0", "area_unit": "m2"}, "Lô X"),
        ("plots/{plot}/seasons/new", {"crop": "Ớt", "started_on": "2027-01-01"}, "2027-01-01"),
        ("seasons/{season}/end", {"ended_on": "2026-01-01"}, "2026-01-01"),
        ("seasons/{season}/harvest", {"quantity": "lots", "unit": "kg"}, "lots"),
        (
            "seasons/{season}/harvest",
            {"quantity": "3 kg", "unit": "kg", "gtin": "123", "harvested_on": "2026-11-20"},
            "123",
        ),
        (
            "seasons/{season}/entries/new?activity=spray",
            {
                "client_key": "phone-0001",
                "done_on": "2026-11-20",
                "input_name": "Anvil",
                "phi_days": "999",
            },
            "Anvil",
        ),
    ],
)
def test_a_mistake_keeps_what_was_typed_and_changes_nothing(
    app_land, client, farmer, page, data, kept
):
    kinds = (Farm, Plot, Season, DiaryEntry, Lot)
    before = [count(app_land.session, kind) for kind in kinds]
    path = page.format(farm=app_land.farm_id, plot=app_land.plot_id, season=app_land.season_id)
    answer = post(client, f"{farmer}/{path}", data)
    assert answer.status_code == 422
    assert kept in answer.get_data(as_text=True)
    assert "field-error" in answer.get_data(as_text=True)
    app_land.session.rollback()
    assert [count(app_land.session, kind) for kind in kinds] == before


def test_the_diary_asks_one_thing_and_fills_in_the_last(app_land, client, farmer):
    address = f"{farmer}/seasons/{app_land.season_id}/entries/new"
    choose = client.get(address).get_data(as_text=True)
    assert choose.count('class="task"') == 9
    assert (
        post(client, choose_link(choose, "nonsense"), form=f"{farmer}/farms/new").status_code == 404
    )
    spray = {
        "client_key": "phone-0001",
        "done_on": "20/11/2026",
        "input_name": "Anvil 5SC",
        "phi_days": "14",
        "worker": "Chị Lan",
    }
    assert post(client, f"{address}?activity=spray", spray).status_code == 303
    again = client.get(f"{address}?activity=spray").get_data(as_text=True)
    for known in ('value="Anvil 5SC"', 'value="14"', 'value="Chị Lan"', 'value="2026-11-23"'):
        assert known in again
    season = client.get(f"{farmer}/seasons/{app_land.season_id}").get_data(as_text=True)
    assert "04/12/2026" in season


def choose_link(text, activity):
    link = re.search(r'href="([^"]+activity=)soil"', text)[1].replace("&amp;", "&")
    return link + activity


def test_an_entry_without_product_tells_no_waiting_time(app_land, client, farmer):
    address = f"{farmer}/seasons/{app_land.season_id}/entries/new?activity=irrigation"
    data = {"client_key": "phone-0001", "done_on": "2026-11-20", "phi_days": "9", "note": "Tưới"}
    assert post(client, address, data).status_code == 303
    (line,) = queries.diary(app_land.session, season_id=app_land.season_id)
    assert (line.phi_days, line.note) == (None, {"vi": "Tưới"})


def test_a_harvest_becomes_a_lot_with_a_code_for_the_bag(app_land, client, farmer):
    address = f"{farmer}/seasons/{app_land.season_id}/harvest"
    data = {
        "client_key": "phone-0001",
        "quantity": "120",
        "unit": "kg",
        "harvested_on": "2026-11-23",
        "gtin": "8938500000010",
    }
    answer = post(client, address, data)
    text = client.get(answer.location).get_data(as_text=True)
    assert "L2611-001" in text
    assert "120 kg" in text
    assert f"http://localhost/01/{GTIN}/10/L2611-001" in text
    assert f'value="{GTIN}"' in client.get(address).get_data(as_text=True)
    assert "L2611-001" in client.get(f"{farmer}/lots").get_data(as_text=True)


def test_pieces_and_litres_are_counted_as_such(app_land, client, farmer):
    address = f"{farmer}/seasons/{app_land.season_id}/harvest"
    data = {"client_key": "phone-0001", "quantity": "300", "unit": "piece"}
    post(client, address, data | {"harvested_on": "2026-11-22"})
    data = {"client_key": "phone-0002", "quantity": "1,5", "unit": "l"}
    post(client, address, data | {"harvested_on": "2026-11-23"})
    listed = queries.lots_of(app_land.session, vendor_id=app_land.vendor_id).items
    assert [(lot.quantity, lot.unit.value) for lot in listed] == [
        (1500, "millilitre"),
        (300, "piece"),
    ]


def test_a_harvest_too_early_says_why_and_gets_no_labels(app_land, client, farmer):
    app_land.write(done_on=date(2026, 11, 20), phi_days=7, input_name="Confidor 100SL")
    lot_id = app_land.harvest()
    text = client.get(f"{farmer}/lots/{lot_id}").get_data(as_text=True)
    for words in ("Confidor 100SL", "20/11/2026", "27/11/2026"):
        assert words in text
    for path in ("labels", "qr.svg", "qr.png"):
        assert client.get(f"{farmer}/lots/{lot_id}/{path}").status_code == Conflict.status


def test_an_empty_list_of_lots_leads_back_to_the_farm(client, farmer):
    assert client.get(f"{farmer}/lots").status_code == 200


@pytest.mark.parametrize("gtin", [None, GTIN])
def test_every_printed_code_decodes_to_the_address_of_the_lot(app_land, client, farmer, gtin):
    lot = fresh(app_land, app_land.harvest(gtin=gtin))
    path = f"/01/{GTIN}/10/{lot.code}" if gtin else f"/t/{lot.trace_code}"
    # In capitals where that makes the symbol smaller: both lead to the same page.
    wanted = [f"HTTP://LOCALHOST{path.upper()}"]
    png = client.get(f"{farmer}/lots/{lot.id}/qr.png")
    assert (png.mimetype, decode(Image.open(io.BytesIO(png.data)))) == ("image/png", wanted)
    svg = client.get(f"{farmer}/lots/{lot.id}/qr.svg")
    assert (svg.mimetype, decode(rasterise(svg.text))) == ("image/svg+xml", wanted)
    assert f'filename="{lot.code}.svg"' in svg.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("path", "modules", "side"), [("/t/7K3M9PQRT2VW", 33, "16.5"), ("/t/" + "7" * 80, 45, "22.5")]
)
def test_a_code_has_a_quiet_zone_of_four_modules_of_whole_printer_dots(path, modules, side):
    address = f"https://cho.example{path}"
    image = Image.open(io.BytesIO(qr_png(address))).convert("L")
    assert image.width == modules * 16
    assert image.point(lambda value: 255 - value).getbbox()[:2] == (4 * 16, 4 * 16)
    assert f'width="{side}mm" height="{side}mm"' in qr_svg(address)


def test_a_lot_is_held_released_and_recalled_by_its_owner(app_land, client, farmer, lot):
    address = f"{farmer}/lots/{lot.id}"
    for action, state in (
        ("hold", LotState.HELD),
        ("release", LotState.OPEN),
        ("recall", LotState.RECALLED),
    ):
        answer = post(client, f"{address}/{action}", {"reason": "Đã kiểm tra"}, form=address)
        assert (answer.status_code, fresh(app_land, lot.id).state) == (303, state)
    page = client.get(address).get_data(as_text=True)
    assert "Đã kiểm tra" in page
    assert "/recall" not in page


def test_without_a_reason_nothing_happens_to_a_lot(app_land, client, farmer, lot):
    address = f"{farmer}/lots/{lot.id}"
    answer = post(client, f"{address}/recall", {"reason": "x"}, form=address)
    assert answer.status_code == 422
    assert fresh(app_land, lot.id).state is LotState.OPEN


def test_who_harvested_too_early_is_told_to_ask_somebody_else(app_land, client, sign_in):
    user_id = sign_in(vendor=app_land.vendor_id, vendor_roles=["owner"])
    app_land.write(done_on=date(2026, 11, 20), phi_days=7)
    from tests.traceability.land import member

    lot_id = app_land.harvest(actor=member(app_land.vendor_id, "owner", user_id=user_id))
    address = f"/work/{app_land.vendor_id}/farm/lots/{lot_id}"
    answer = post(client, f"{address}/release", {"reason": "Đã kiểm tra"}, form=address)
    assert answer.status_code == 403
    assert 'role="alert"' in answer.get_data(as_text=True)
    assert fresh(app_land, lot_id).state is LotState.HELD


def test_a_vendor_that_is_not_approved_prints_no_labels(app_session, client, sign_in):
    land = Land(app_session, "V09", state=VendorState.SUBMITTED)
    sign_in(vendor=land.vendor_id, vendor_roles=["owner"])
    lot_id = land.harvest()
    address = f"/work/{land.vendor_id}/farm/lots/{lot_id}/labels"
    assert client.get(address).status_code == Conflict.status


PAGES = [
    "",
    "/farms/new",
    "/farms/{farm}",
    "/farms/{farm}/plots/new",
    "/plots/{plot}/seasons/new",
    "/seasons/{season}",
    "/seasons/{season}/entries/new",
    "/seasons/{season}/entries/new?activity=fertiliser",
    "/seasons/{season}/harvest",
    "/seasons/{season}/end",
    "/lots",
    "/lots/{lot}",
    "/lots/{lot}/labels",
]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_page_of_the_farm_opens_for_its_owner_only(
    app_land, client, sign_in, lot, path, lang, statements
):
    path = path.format(
        farm=app_land.farm_id, plot=app_land.plot_id, season=app_land.season_id, lot=lot.id
    )
    joint = "&" if "?" in path else "?"
    address = f"/work/{app_land.vendor_id}/farm{path}{joint}lang={lang}"
    sign_in(vendor=app_land.vendor_id, vendor_roles=["owner"])
    client.get(address)
    statements.clear()
    answer = client.get(address)
    assert answer.status_code == 200
    assert " style=" not in answer.text
    assert len(statements) <= 12
    other = Land(app_land.session, "V02")
    sign_in(vendor=other.vendor_id, vendor_roles=["owner"])
    assert client.get(address).status_code == 404
    if path and path != "/farms/new" and path != "/lots":
        mine = address.replace(app_land.vendor_id, other.vendor_id)
        assert client.get(mine).status_code == 404


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        ("recorder", "/seasons/{season}/harvest", 200),
        ("recorder", "/lots/{lot}/labels", 200),
        ("seller", "/lots/{lot}", 200),
        ("seller", "/seasons/{season}/harvest", 403),
        ("finance", "/lots/{lot}", 403),
    ],
)
def test_each_role_has_its_pages(app_land, client, sign_in, lot, role, path, status):
    sign_in(vendor=app_land.vendor_id, vendor_roles=[role])
    path = path.format(season=app_land.season_id, lot=lot.id)
    assert client.get(f"/work/{app_land.vendor_id}/farm{path}").status_code == status


def test_the_office_finds_a_lot_by_its_bag_and_recalls_it(app_land, client, sign_in, lot):
    sign_in(roles=["reviewer"])
    assert lot.code not in client.get("/office/lots").text
    found = client.get(f"/office/lots?q={lot.trace_code.lower()}").text
    assert f"/office/lots/{lot.id}" in found
    address = f"/office/lots/{lot.id}"
    assert post(client, f"{address}/recall", {"reason": "x"}, form=address).status_code == 422
    assert post(client, f"{address}/eat", {"reason": "Vì"}, form=address).status_code == 404
    assert post(client, f"{address}/recall", {}, form=address).status_code == 422
    assert fresh(app_land, lot.id).state is LotState.OPEN
    data = {"reason": "Phát hiện dư lượng"}
    assert post(client, f"{address}/recall", data, form=address).status_code == 303
    assert fresh(app_land, lot.id).state is LotState.RECALLED
    watched = client.get("/office/lots").text
    assert lot.code in watched
    assert "Phát hiện dư lượng" in watched


def test_the_office_releases_a_lot_held_by_the_rule(app_land, client, sign_in):
    app_land.write(done_on=date(2026, 11, 20), phi_days=7)
    lot_id = app_land.harvest()
    sign_in(roles=["approver"])
    address = f"/office/lots/{lot_id}"
    assert "27/11/2026" in client.get(address).text
    app_land.test(lot_id)
    data = {"reason": "Kiểm nghiệm đạt"}
    assert post(client, f"{address}/release", data, form=address).status_code == 303
    assert fresh(app_land, lot_id).state is LotState.OPEN


def test_an_unknown_lot_of_the_office_is_not_found(app_land, client, sign_in):
    sign_in(roles=["reviewer"])
    assert client.get("/office/lots/01UNKNOWN").status_code == 404
    assert client.get("/office/lots?q=NOTHING").status_code == 200

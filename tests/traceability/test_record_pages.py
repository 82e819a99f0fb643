"""The pages of farm records: entries and their history, shed, lab tests, the office's lists."""

import io
import re

import pytest
import sqlalchemy as sa

from tests.traceability.test_intervals import day, is_held
from tests.traceability.test_pages import farmer, post  # noqa: F401 - a fixture of the pages
from traceability import queries
from traceability.models import (
    Crop,
    DiaryEntry,
    InputLabel,
    InputProduct,
    LabTest,
    Plot,
    WatchItem,
    YieldBound,
)
from traceability.rules import EntryStatus, Verdict, WatchState
from traceability.services import farms, shed

PDF = b"%PDF-1.4 the report of a laboratory %%EOF"


def written(land):
    return list(land.session.scalars(sa.select(DiaryEntry).order_by(DiaryEntry.id)))


def test_a_tank_mix_from_the_shed_is_written_and_corrected(app_land, client, farmer):  # noqa: F811
    batch = {"name": "Thuốc X", "quantity": "500 ml", "bought_on": "2026-11-01"}
    bought = post(client, f"{farmer}/inputs/new", batch)
    assert bought.status_code == 303
    batch_id = bought.location.rpartition("/")[2]
    address = f"{farmer}/seasons/{app_land.season_id}/entries/new?activity=spray"
    spray = {
        "client_key": "phone-0001",
        "done_on": "2026-11-10",
        "ended_on": "2026-11-12",
        "ended_at": "9h30",
        "input_name": "Thuốc X",
        "phi_days": "7",
        "batch": batch_id,
        "used": "0,25 l",
        "people": "Anh Nam, Chị Lan",
    }
    assert post(client, address, spray).status_code == 303
    assert shed.stock_of(app_land.session, batch_id) == 250
    (entry,) = written(app_land)
    assert entry.people == ["Anh Nam", "Chị Lan"]
    assert entry.happened_at.isoformat() == "2026-11-12T02:30:00+00:00"
    form = client.get(f"{farmer}/entries/{entry.id}/correct").get_data(as_text=True)
    assert 'value="0,25 l"' in form
    again = spray | {"client_key": "phone-0002", "ended_on": "2026-11-13", "reason": "Ghi nhầm"}
    fixed = post(client, f"{farmer}/entries/{entry.id}/correct", again | {"used": "100 ml"})
    assert fixed.status_code == 303
    page = client.get(fixed.location).get_data(as_text=True)
    assert "20/11/2026" in page
    assert "Ghi nhầm" in page
    app_land.session.rollback()
    assert shed.stock_of(app_land.session, batch_id) == 400


def test_an_ingredient_filled_in_goes_with_its_product(app_land, client, farmer):  # noqa: F811
    app_land.write(input_name="Thuốc X", active_ingredient="abamectin", phi_days=7)
    address = f"{farmer}/seasons/{app_land.season_id}/entries/new?activity=spray"
    filled = 'value="Thuốc X|abamectin"'
    assert filled in client.get(address).get_data(as_text=True)
    spray = {"done_on": "2026-11-12", "phi_days": "7", "seen": "1", "filled": "Thuốc X|abamectin"}
    for number, (name, typed) in enumerate(
        [("thuốc x", "abamectin"), ("Thuốc Y", "abamectin"), ("Thuốc Y", "spinosad")]
    ):
        told = {"client_key": f"phone-000{number}", "input_name": name, "active_ingredient": typed}
        assert post(client, address, spray | told).status_code == 303
    app_land.session.rollback()
    _first, same, other, own = written(app_land)
    assert [one.active_ingredient for one in (same, other, own)] == ["abamectin", None, "spinosad"]


def test_a_farm_leads_to_earlier_seasons_beside_what_grows(app_land, client, farmer):  # noqa: F811
    earlier = app_land.season_id
    app_land.run(farms.end_season, earlier, ended_on=day(20), actor=app_land.owner)
    now = app_land.season(app_land.plot_id, started_on=day(21))
    page = client.get(farmer).get_data(as_text=True)
    assert f"/seasons/{now}/harvest" in page
    assert f"/seasons/{earlier}/harvest" not in page
    assert f'/seasons/{earlier}"' in page
    assert f"/plots/{app_land.plot_id}/seasons/new" in page


def test_a_seller_is_not_led_where_he_may_not_go(app_land, client, sign_in):
    sign_in(vendor=app_land.vendor_id, vendor_roles=["seller"])
    farm_page = f"/work/{app_land.vendor_id}/farm"
    entry = app_land.write()
    season = f"{farm_page}/seasons/{app_land.season_id}"
    for page in ("", "/inputs", "/water", f"/entries/{entry}"):
        assert client.get(farm_page + page).status_code == 200
    pages = (farm_page, season, f"{season}/book", f"{farm_page}/inputs", f"{farm_page}/lots")
    told = "".join(client.get(page).get_data(as_text=True) for page in pages)
    links = set(re.findall(rf'href="({farm_page}[^"#]*)"', told))
    assert {client.get(link).status_code for link in links} == {200}


def test_a_harvest_is_told_anew_with_its_amount(app_land, client, farmer):  # noqa: F811
    address = f"{farmer}/seasons/{app_land.season_id}/harvest"
    harvest = {
        "client_key": "phone-0001",
        "harvested_on": "2026-11-10",
        "quantity": "1200",
        "unit": "kg",
        "seen": "1",
    }
    lot_page = post(client, address, harvest).location
    lot_id = lot_page.rpartition("/")[2]
    (entry,) = written(app_land)
    at = f"{farmer}/entries/{entry.id}"
    assert "1.200 kg" in client.get(at).get_data(as_text=True)
    assert 'value="1200 kg"' in client.get(f"{at}/correct").get_data(as_text=True)
    again = {"client_key": "phone-0002", "done_on": "2026-11-10", "reason": "Ghi thừa số 0"}
    for wrong in ("nhiều", "0"):
        assert post(client, f"{at}/correct", again | {"quantity": wrong}).status_code == 422
    assert post(client, f"{at}/correct", again | {"quantity": "120"}).status_code == 303
    app_land.session.rollback()
    lot = queries.lot_cards(app_land.session, [lot_id])[lot_id]
    assert (lot.quantity, lot.rest) == (120_000, 120_000)
    gone = {"quantity": "1", "reason": "Dập nát"}
    assert post(client, f"{lot_page}/take/waste", gone).status_code == 303
    late = again | {"client_key": "phone-0003", "quantity": "90"}
    refused = post(client, f"{at}/correct", late)
    assert refused.status_code == 409
    assert lot.code in refused.get_data(as_text=True)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ended_at": "25h"}, "09:30"),
        ({"used": "nhiều"}, "250 ml"),
        ({"more_names": "Không có"}, "Không có"),
        ({"ended_on": "2026-11-01"}, ""),
        ({"input_name": ""}, ""),
    ],
)
def test_what_cannot_be_is_told_on_the_form(app_land, client, farmer, changes, words):  # noqa: F811
    address = f"{farmer}/seasons/{app_land.season_id}/entries/new?activity=spray"
    spray = {"client_key": "phone-0001", "done_on": "2026-11-10", "input_name": "X"}
    answer = post(client, address, spray | changes)
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    assert written(app_land) == []


def test_a_plan_is_shown_and_frees_the_harvest(app_land, client, farmer):  # noqa: F811
    address = f"{farmer}/seasons/{app_land.season_id}/entries/new?activity=spray"
    plan = {"client_key": "phone-0001", "done_on": "2026-12-10", "input_name": "X"}
    plan |= {"status": "pending", "seen": "1"}
    assert post(client, address, plan).status_code == 303
    assert written(app_land)[0].status is EntryStatus.PENDING
    season = client.get(f"{farmer}/seasons/{app_land.season_id}").get_data(as_text=True)
    assert "tag-sun" in season


def test_a_lab_test_is_recorded_with_its_report_and_frees_the_lot(app_land, client, farmer):  # noqa: F811
    app_land.write(done_on=day(10), phi_days=7)
    lot_id = app_land.harvest(harvested_on=day(16))
    lot = f"{farmer}/lots/{lot_id}"
    refused = post(client, f"{lot}/release", {"reason": "Đã kiểm tra lại"}, form=lot)
    assert refused.status_code == 403
    test = {
        "lab": "Trung tâm 1",
        "sampled_on": "2026-11-20",
        "results": "Imidacloprid; 0,02; 0,05; mg/kg; LC-MS/MS",
        "verdict": "passed",
    }
    assert post(client, f"{lot}/tests/new", test).status_code == 422
    test |= {"file": (io.BytesIO(PDF), "kq.pdf")}
    wrong = post(client, f"{lot}/tests/new", test | {"results": "Imidacloprid"})
    assert wrong.status_code == 422
    test |= {"file": (io.BytesIO(pdf()), "kq.pdf")}
    assert post(client, f"{lot}/tests/new", test).status_code == 303
    (found,) = app_land.session.scalars(sa.select(LabTest))
    assert found.verdict is Verdict.PASSED
    page = client.get(f"{farmer}/tests/{found.id}").get_data(as_text=True)
    assert "0,02 mg/kg" in page
    report = client.get(f"{farmer}/tests/{found.id}/report")
    assert report.data.startswith(b"%PDF-")
    assert (
        post(client, f"{lot}/release", {"reason": "Đã kiểm nghiệm đạt"}, form=lot).status_code
        == 303
    )
    app_land.session.rollback()
    assert not is_held(app_land, lot_id)


def pdf() -> bytes:
    """A PDF of one empty page."""
    import pypdfium2

    out = io.BytesIO()
    document = pypdfium2.PdfDocument.new()
    document.new_page(100, 100)
    document.save(out)
    return out.getvalue()


def test_a_plot_is_split_on_a_page(app_land, client, farmer):  # noqa: F811
    address = f"{farmer}/plots/{app_land.plot_id}/replace"
    parts = {"parts": "Phía ao; 900\nPhía đường; 1.000", "since": "2026-11-20"}
    assert post(client, address, parts | {"parts": "Phía ao"}).status_code == 422
    assert post(client, address, parts).status_code == 303
    areas = app_land.session.scalars(sa.select(Plot.area_m2).order_by(Plot.code))
    assert list(areas) == [1800, 900, 1000]


def test_the_office_keeps_crops_products_and_labels(app_land, client, sign_in):
    sign_in(roles=["approver"])
    crop = {"code": "lychee", "name_vi": "Vải", "aliases": "Vải Thanh Hà", "harvest_months": "5, 6"}
    assert post(client, "/office/crops/new", crop).status_code == 303
    assert post(client, "/office/crops/new", crop | {"harvest_months": "13"}).status_code == 422
    crop_id = app_land.session.scalars(sa.select(Crop.id)).one()
    early = {"code": "early", "name_vi": "Vải sớm"}
    assert post(client, f"/office/crops/new?of={crop_id}", early).status_code == 303
    change, address = crop | {"name_en": "Lychee"}, f"/office/crops/{crop_id}"
    assert post(client, address, change).status_code == 303
    bound = {"variety": "", "most_kg_per_ha": "15000", "valid_from": "2026-11-01"}
    bound["source"] = "Niên giám 2025"
    bad = post(client, f"{address}/bounds", bound | {"source": ""}, form=address)
    assert bad.status_code == 422
    bad = post(client, f"{address}/bounds", bound | {"most_kg_per_ha": "0"}, form=address)
    assert bad.status_code == 422
    assert post(client, f"{address}/bounds", bound, form=address).status_code == 303
    page = client.get(address).get_data(as_text=True)
    assert "15.000 kg/ha" in page
    assert "Niên giám 2025" in page
    product = {"name": "Confidor 100SL", "kind": "pesticide", "active_ingredients": "imidacloprid"}
    made = post(client, "/office/inputs/new", product)
    assert made.status_code == 303
    label = {"crop": crop_id, "phi_days": "7", "valid_from": "2020-01-01"}
    bad = post(client, f"{made.location}/labels", label | {"phi_days": "999"}, form=made.location)
    assert bad.status_code == 422
    assert post(client, f"{made.location}/labels", label, form=made.location).status_code == 303
    for page in ("/office/crops", "/office/inputs?q=confidor", made.location):
        assert "Confidor" in client.get(page).get_data(as_text=True) or page == "/office/crops"
    app_land.session.rollback()
    assert app_land.session.scalars(sa.select(InputLabel.phi_days)).one() == 7


def test_the_office_looks_at_what_does_not_fit(app_land, client, sign_in):
    app_land.write(done_on=day(10), input_name="Thuốc lạ", phi_days=None)
    sign_in(roles=["reviewer"])
    page = client.get("/office/watch?kind=unknown&by=old").get_data(as_text=True)
    assert "Thuốc lạ" in page
    item = re.search(r"/office/watch/(\w{26})", page)[1]
    address = f"/office/watch/{item}"
    assert post(client, f"{address}/dismiss", {"reason": ""}, form=address).status_code == 422
    said = {"reason": "Đã hỏi nông hộ, thuốc sinh học"}
    assert post(client, f"{address}/dismiss", said, form=address).status_code == 303
    assert post(client, f"{address}/done", said, form=address).status_code == 409
    assert app_land.session.get_one(WatchItem, item).state is WatchState.DISMISSED
    assert "Thuốc lạ" in client.get("/office/watch?state=dismissed").get_data(as_text=True)
    assert client.get("/office/watch?state=x&kind=y&by=z&page=0").status_code == 200


def test_the_office_takes_in_a_table_whole_or_says_what_is_wrong(app_land, client, sign_in):
    sign_in(roles=["approver"])

    def send(text, name="bang.csv"):
        table = io.BytesIO(text.encode("utf-8-sig"))
        return post(client, "/office/lists", {"file": (table, name)})

    crops = "Mã cây,Tên (vi)\nlychee,Vải\n"
    assert send(crops, "crops.csv").status_code == 200
    head = "Tên thuốc,Loại,Mã cây,Cách ly (ngày),Hiệu lực từ\n"
    wrong = send(head + "Confidor,Thuốc BVTV,xoai,7,2020-01-01\n", "input_labels.csv")
    assert wrong.status_code == 422
    assert "xoai" in wrong.get_data(as_text=True)
    assert (
        send(head + "Confidor,Thuốc BVTV,lychee,7,01/01/2020\n", "input_labels.csv").status_code
        == 200
    )
    assert app_land.session.scalars(sa.select(InputProduct.name)).all() == ["Confidor"]
    assert send("x", "x.exe").status_code == 422
    bound = "Mã cây,Tên (vi),Năng suất tối đa (kg/ha),Năng suất áp dụng từ\nlychee,Vải,15000,"
    assert send(f"{bound}\n", "crops.csv").status_code == 422
    assert send(f"{bound}2020-01-01\n", "crops.csv").status_code == 200
    app_land.session.rollback()
    assert app_land.session.scalars(sa.select(YieldBound.most_kg_per_ha)).all() == [15_000]


def test_the_season_tells_from_when_on_may_be_harvested(app_land, client, farmer):  # noqa: F811
    app_land.write(done_on=day(10), phi_days=7)
    season = client.get(f"{farmer}/seasons/{app_land.season_id}").get_data(as_text=True)
    assert "17/11/2026" in season
    assert queries.warnings_of(app_land.session, vendor_id=app_land.vendor_id) == []

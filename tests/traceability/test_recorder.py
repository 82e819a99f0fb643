"""The diary on a phone, seen from the server: what it pulls, what it sends, once, twice, wrong."""

import io
import json
from hashlib import sha256

import pytest
import sqlalchemy as sa
from flask_babel import force_locale, gettext
from PIL import Image

from kernel.web.pages import Assets
from tests.traceability.land import TODAY, Land, count
from traceability.models import DiaryEntry, DiaryPhoto, Lot
from traceability.queries.recorder import entry_photos
from traceability.rules import LotState

JSON = {"Accept": "application/json"}


class Phone:
    """A signed-in browser that speaks as the app does."""

    def __init__(self, client, land: Land) -> None:
        self.client, self.land = client, land
        self.base = f"/work/{land.vendor_id}/diary"

    def get(self, path: str, **headers: str):
        return self.client.get(self.base + path, headers=JSON | headers)

    @property
    def token(self) -> str:
        return self.get("/session").get_json()["token"]

    def post(self, path: str, body: object, *, token: str | None = None):
        headers = JSON | {"X-CSRFToken": self.token if token is None else token}
        if isinstance(body, bytes):
            return self.client.post(self.base + path, data=body, headers=headers)
        return self.client.post(self.base + path, json=body, headers=headers)

    def sync(self, *entries: dict):
        answer = self.post("/sync", {"device": "a-phone", "entries": list(entries)})
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()["answers"]

    def entry(self, key: str = "phone-0001", **facts: object) -> dict:
        plain = {"key": key, "season_id": self.land.season_id, "activity": "care"}
        return plain | {"done_on": TODAY.isoformat(), "media": []} | facts


@pytest.fixture
def phone(app_land, client, sign_in) -> Phone:
    sign_in(vendor=app_land.vendor_id, vendor_roles=["recorder"], name="Chị Hiên")
    return Phone(client, app_land)


def picture(colour: str = "#3f6d35") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(file, "JPEG")
    return file.getvalue()


def test_a_day_is_stored_in_the_order_it_was_written(phone):
    answers = phone.sync(
        phone.entry("phone-0001", note="Tỉa cành", worker="Lan"),
        phone.entry("phone-0002", activity="irrigation"),
        phone.entry(
            "phone-0003", activity="spray", input_name="Confidor 100SL", phi_days=7, dose="20 ml"
        ),
        phone.entry("phone-0004", activity="harvest", quantity_text="120,5", unit="kg"),
    )
    assert [one["status"] for one in answers] == ["stored"] * 4
    assert answers[3]["lot"] == {"code": "L2611-001", "held": True}
    session = phone.land.session
    assert session.scalars(sa.select(DiaryEntry.client_key).order_by(DiaryEntry.id)).all() == [
        "phone-0001",
        "phone-0002",
        "phone-0003",
        "phone-0004",
    ]
    lot = session.scalars(sa.select(Lot)).one()
    assert (lot.quantity, lot.state) == (120_500, LotState.HELD)


def test_sent_again_it_is_found_and_stored_once(phone):
    entries = (
        phone.entry(note="Làm cỏ"),
        phone.entry("phone-0002", activity="harvest", quantity_text="3 tạ"),
    )
    first = phone.sync(*entries)
    assert phone.sync(*entries) == first
    assert count(phone.land.session, DiaryEntry) == 2
    assert count(phone.land.session, Lot) == 1


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"activity": "dance"}, "activity"),
        ({"activity": ["care"]}, "activity"),
        ({"season_id": "01JUNKNOWN"}, "season_id"),
        ({"done_on": "2026-11-24"}, "done_on"),
        ({"done_on": "yesterday"}, "done_on"),
        ({"done_on": None}, "done_on"),
        ({"note": "x" * 1001}, "note"),
        ({"note": {"vi": "x"}}, "note"),
        ({"worker": 7}, "worker"),
        ({"activity": "spray", "input_name": "", "phi_days": 3}, "input_name"),
        ({"activity": "spray", "input_name": "Anvil", "phi_days": 1e9}, "phi_days"),
        ({"activity": "spray", "input_name": "Anvil", "phi_days": 400}, "phi_days"),
        ({"activity": "harvest", "quantity_text": "much"}, "quantity"),
        ({"activity": "harvest", "quantity_text": "2 kg", "best_before": "x"}, "best_before"),
        ({"media": ["../../etc/passwd"]}, "photos"),
        ({"media": ["a" * 64] * 7}, "photos"),
    ],
)
def test_a_wrong_entry_is_refused_by_its_field_and_the_others_are_stored(phone, facts, field):
    bad, good = phone.sync(phone.entry(**facts), phone.entry("phone-0002"))
    assert (bad["status"], bad["field"], good["status"]) == ("refused", field, "stored")
    assert bad["message"]
    assert count(phone.land.session, DiaryEntry) == 1


def test_a_refusal_is_told_in_the_language_of_the_app(phone):
    body = {"entries": [phone.entry(done_on="2026-11-24")]}
    for lang, words in (("vi", "chưa tới"), ("en", "still to come")):
        answer = phone.post(f"/sync?lang={lang}", body)
        assert words in answer.get_json()["answers"][0]["message"]


def test_the_season_of_another_vendor_is_not_there_even_for_who_works_for_both(
    app, app_land, app_session, client, sign_in
):
    other = Land(app_session, "V02")
    user_id = sign_in(vendor=app_land.vendor_id, vendor_roles=["recorder"])
    sign_in(vendor=other.vendor_id, vendor_roles=["recorder"], user_id=user_id)
    phone = Phone(client, app_land)
    (answer,) = phone.sync(phone.entry(season_id=other.season_id))
    assert (answer["status"], answer["field"]) == ("refused", "season_id")


def test_who_is_signed_out_is_told_so_in_a_word(app_land, client):
    phone = Phone(client, app_land)
    for answer in (phone.get("/session"), phone.get("/reference")):
        assert (answer.status_code, answer.get_json()["code"]) == (401, "sign_in_needed")
    leads = client.get(phone.base + "/app/vi")
    assert (leads.status_code, leads.location.split("?")[0]) == (303, "/sign-in")


def test_who_may_not_write_any_more_is_told_so(app_land, client, sign_in):
    sign_in(vendor=app_land.vendor_id, vendor_roles=["seller"])
    assert Phone(client, app_land).get("/session").status_code == 403


def test_without_the_token_nothing_is_taken(phone):
    answer = phone.post("/sync", {"entries": [phone.entry()]}, token="")
    assert (answer.status_code, answer.get_json()["code"]) == (400, "form_expired")
    assert count(phone.land.session, DiaryEntry) == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"{}",
        b"[" * 100_000,
        b'{"entries": []}',
        b'{"entries": {"key": "phone-0001"}}',
        b'{"entries": [{"activity": "care"}]}',
        b'{"entries": [{"key": "short"}]}',
        b'{"entries": [{"key": "has spaces in it"}]}',
        json.dumps({"entries": [{"key": f"phone-{n:04d}"} for n in range(21)]}).encode(),
    ],
)
def test_what_is_no_list_of_entries_is_refused_whole(phone, body):
    answer = phone.post("/sync", body)
    assert (answer.status_code, answer.get_json()["code"]) == (400, "no_entries")


def test_a_body_that_is_too_large_is_not_read(phone):
    answer = phone.post("/sync", b" " * (512 * 1024 + 1))
    assert answer.status_code == 413
    assert answer.is_json


def test_what_a_phone_pulls_is_sent_once(phone, app_land):
    app_land.write(worker="Bà Tư", dose="20 ml/16 l", note={"vi": "Sáng sớm"})
    found = phone.get("/reference")
    told = found.get_json()
    (season,) = told["seasons"]
    assert (season["plot"], season["crop"]["en"]) == ("Lô ao", "Thanh Ha lychee")
    assert [(one["done_on"], one["phi_days"]) for one in season["sprays"]] == [("2026-11-10", 7)]
    assert [one["name"] for one in told["products"]] == ["Confidor 100SL"]
    assert told["people"] == ["Bà Tư"]
    assert told["entries"][0]["note"] == {"vi": "Sáng sớm"}
    assert phone.get("/reference", **{"If-None-Match": found.headers["ETag"]}).status_code == 304
    phone.sync(phone.entry())
    again = phone.get("/reference", **{"If-None-Match": found.headers["ETag"]})
    assert (again.status_code, len(again.get_json()["entries"])) == (200, 2)


def test_a_picture_comes_after_its_entry_by_its_digest(phone):
    data = picture()
    digest = sha256(data).hexdigest()
    assert phone.post(f"/photos/{digest}", data).status_code == 422
    (entry,) = phone.sync(phone.entry(media=[digest]))
    of_entry = {"entry_id": entry["id"], "vendor_id": phone.land.vendor_id}
    assert entry_photos(phone.land.session, **of_entry) == []
    phone.land.session.rollback()
    assert phone.post("/photos/missing", {"digests": [digest]}).get_json() == {"missing": [digest]}
    for _again in range(2):
        assert phone.post(f"/photos/{digest}", data).status_code == 200
    assert phone.post("/photos/missing", {"digests": [digest]}).get_json() == {"missing": []}
    row = phone.land.session.scalars(sa.select(DiaryPhoto)).one()
    assert (row.width, row.height) == (64, 48)
    assert entry_photos(phone.land.session, **of_entry) == [digest]
    assert phone.client.get(f"/media/pictures/{digest}-320.webp").status_code == 200


def test_a_picture_that_was_cut_off_is_asked_for_again(phone):
    data = picture()
    digest = sha256(data).hexdigest()
    phone.sync(phone.entry(media=[digest]))
    answer = phone.post(f"/photos/{digest}", data[:-100])
    assert (answer.status_code, answer.get_json()["code"]) == (400, "cut_off")
    assert phone.post(f"/photos/{digest}", data).status_code == 200


def test_what_is_no_picture_is_refused_for_good(phone):
    data = b"no picture at all"
    digest = sha256(data).hexdigest()
    phone.sync(phone.entry(media=[digest]))
    assert phone.post(f"/photos/{digest}", data).status_code == 422


def test_the_app_has_nothing_of_a_person_in_it_and_tells_a_phone_how_to_keep_it(phone, app):
    page = phone.client.get(f"{phone.base}/app/vi")
    assert page.headers["Permissions-Policy"].startswith("geolocation=(self)")
    assert "Chị Hiên" not in page.get_data(as_text=True)
    built = app.extensions[Assets.__qualname__]
    for lang in ("vi", "en"):
        with app.test_request_context(), force_locale(lang):
            name = gettext("Farm diary")
        manifest = app.test_client().get(f"{phone.base}/app/{lang}/manifest.webmanifest")
        told = manifest.get_json()
        assert (told["lang"], told["scope"]) == (lang, f"{phone.base}/")
        assert told["name"].startswith(name)
        assert told["start_url"] == f"{phone.base}/app/{lang}"
        for icon in told["icons"]:
            assert icon["src"].endswith(".png")
            assert built.bytes_of(icon["src"].rpartition("/")[2]).startswith(b"\x89PNG")


def test_the_worker_is_another_one_when_what_it_keeps_is_another(phone, app):
    first = phone.client.get(f"{phone.base}/sw.js")
    assert first.mimetype == "text/javascript"
    assert first.headers["Cache-Control"] == "no-cache"
    assert first.data == app.test_client().get(f"{phone.base}/sw.js").data
    elsewhere = phone.client.get("/work/another/diary/sw.js")
    assert elsewhere.data.partition(b"\n")[0] != first.data.partition(b"\n")[0]


def test_the_script_of_the_app_is_light(app):
    assets = app.extensions[Assets.__qualname__]
    assert len(assets.bytes_of("diary.js")) <= 40_000

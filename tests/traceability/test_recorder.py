"""The diary on a phone, seen from the server: what it pulls, what it sends, once, twice, wrong."""

import io
import json
from datetime import timedelta
from hashlib import sha256

import pytest
import sqlalchemy as sa
from flask_babel import force_locale, gettext
from PIL import Image

from kernel import clock
from kernel.db import transaction
from kernel.web.pages import Assets
from tests.traceability.land import NOW, TODAY, Land, count
from traceability.models import DiaryEntry, DiaryPhoto, DiaryPiece, Lot
from traceability.queries.photos import entry_photos, missing_photos
from traceability.rules import LotState
from traceability.services.photos import (
    MOST_OPEN,
    Piece,
    name_photos,
    purge_pieces,
    take_piece,
)

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

    def piece(self, digest: str, data: bytes, at: int = 0, of: int | None = None):
        return self.post(f"/photos/{digest}?at={at}&of={len(data) if of is None else of}", data)

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


def picture(colour: str = "#3f6d35", size: tuple[int, int] = (64, 48)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "JPEG")
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


def test_what_a_phone_would_send_for_somebody_else_is_not_taken(phone):
    told = {"user": "01SOMEBODYELSE", "entries": [phone.entry()]}
    answer = phone.post("/sync", told)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "somebody_else")
    assert count(phone.land.session, DiaryEntry) == 0
    told["user"] = phone.get("/session").get_json()["user"]["id"]
    assert phone.post("/sync", told).get_json()["answers"][0]["status"] == "stored"


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


@pytest.fixture
def whole(phone) -> tuple[str, bytes]:
    """A picture that an entry named, of more bytes than one piece needs."""
    data = picture(size=(900, 700))
    digest = sha256(data).hexdigest()
    phone.sync(phone.entry(media=[digest]))
    return digest, data


def missing(phone, digest: str) -> dict[str, int]:
    return phone.post("/photos/missing", {"digests": [digest]}).get_json()["missing"]


def test_a_picture_comes_after_its_entry_by_its_digest(phone):
    data = picture()
    digest = sha256(data).hexdigest()
    assert phone.piece(digest, data).status_code == 422
    (entry,) = phone.sync(phone.entry(media=[digest]))
    of_entry = {"entry_id": entry["id"], "vendor_id": phone.land.vendor_id}
    assert entry_photos(phone.land.session, **of_entry) == []
    phone.land.session.rollback()
    assert missing(phone, digest) == {digest: 0}
    for _again in range(2):
        assert phone.piece(digest, data).get_json()["done"] is True
    assert missing(phone, digest) == {}
    row = phone.land.session.scalars(sa.select(DiaryPhoto)).one()
    assert (row.width, row.height) == (64, 48)
    assert entry_photos(phone.land.session, **of_entry) == [digest]
    assert phone.client.get(f"/media/pictures/{digest}-320.webp").status_code == 200


def test_a_picture_goes_on_where_it_was_cut_off(phone, whole):
    digest, data = whole
    total, first = len(data), data[:5000]
    assert phone.piece(digest, first, of=total).get_json() == {
        "digest": digest,
        "done": False,
        "here": 5000,
    }
    assert missing(phone, digest) == {digest: 5000}
    # Sent again after a lost answer, or from too far on, a piece changes nothing.
    for at in (0, 9000):
        again = phone.piece(digest, data[at : at + 5000], at, total).get_json()
        assert (again["done"], again["here"]) == (False, 5000)
    assert count(phone.land.session, DiaryPiece) == 1
    phone.land.session.rollback()
    assert phone.piece(digest, data[5000:], 5000, total).get_json()["done"] is True
    assert count(phone.land.session, DiaryPiece) == 0
    assert count(phone.land.session, DiaryPhoto, DiaryPhoto.stored_at.is_not(None)) == 1


def test_a_picture_that_is_whole_but_not_stored_needs_no_byte_more(phone, whole):
    digest, data = whole
    phone.land.run(
        take_piece,
        phone.land.vendor_id,
        digest,
        piece=Piece(0, len(data), data),
        actor=phone.land.recorder,
    )
    assert missing(phone, digest) == {digest: len(data)}
    phone.land.session.rollback()
    assert phone.piece(digest, b"", len(data), len(data)).get_json()["done"] is True


def test_a_picture_of_other_bytes_begins_anew(phone, whole):
    digest, data = whole
    answer = phone.piece(digest, data[:-100] + b"x" * 100)
    assert (answer.status_code, answer.get_json()["code"]) == (400, "cut_off")
    assert missing(phone, digest) == {digest: 0}
    assert phone.piece(digest, data).get_json()["done"] is True


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?at=0",
        "?at=-1&of=9000",
        "?at=0&of=0",
        "?at=0&of=99999999",
        "?at=8000&of=9000",
        "?at=x&of=1",
    ],
)
def test_a_piece_without_its_place_is_refused(phone, whole, query):
    digest, data = whole
    answer = phone.post(f"/photos/{digest}{query}", data[:5000])
    assert answer.status_code == 422
    assert count(phone.land.session, DiaryPiece) == 0


def test_a_picture_in_crumbs_is_refused(phone, whole):
    digest, data = whole
    assert phone.piece(digest, data[:100], of=len(data)).status_code == 422


def test_pieces_that_nobody_went_on_with_are_forgotten(phone, whole):
    digest, data = whole
    phone.piece(digest, data[:5000], of=len(data))
    for days, left in ((6, 1), (9, 0)):
        phone.land.run(
            lambda session, *, now: purge_pieces(session, now), now=clock.now() + timedelta(days)
        )
        assert count(phone.land.session, DiaryPiece) == left


def test_of_many_pictures_on_their_way_the_one_longest_untouched_begins_anew(phone):
    digests = [f"{number:064x}" for number in range(MOST_OPEN + 1)]
    with transaction(phone.land.session) as session:
        name_photos(session, phone.land.vendor_id, digests, now=NOW)
    for number, digest in enumerate(digests):
        phone.land.run(
            take_piece,
            phone.land.vendor_id,
            digest,
            piece=Piece(0, 9000, b"x" * 5000),
            actor=phone.land.recorder,
            now=NOW + timedelta(minutes=number),
        )
    told = missing_photos(phone.land.session, vendor_id=phone.land.vendor_id, digests=digests)
    assert [digest for digest, here in told.items() if not here] == digests[:1]


def test_what_is_no_picture_is_refused_for_good(phone):
    data = b"no picture at all"
    digest = sha256(data).hexdigest()
    phone.sync(phone.entry(media=[digest]))
    assert phone.piece(digest, data).status_code == 422
    assert count(phone.land.session, DiaryPiece) == 0


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

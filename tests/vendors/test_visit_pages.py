"""The pages of site visits: planned, recorded in a field, read by the vendor."""

import io
import math
import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import sessionmaker

from kernel import clock
from kernel.errors import Invalid
from kernel.storage import Storage
from kernel.web.forms import DecimalField
from tests.conftest import NOW, TOKEN, post
from tests.people import sign_in_as
from tests.vendors.conftest import House
from tests.vendors.test_papers import PDF, picture
from vendors.queries import visits as reads
from vendors.rules.visits import VisitResult, VisitState

DAY = "2026-11-26"
THAT_DAY = NOW + timedelta(days=3)
MINUTES = {
    "do": "close",
    "seen_revision": "0",
    "finding_place": "good",
    "finding_hygiene": "remark",
    "remark_hygiene": "Chưa có phiếu xét nghiệm nước.",
    "findings": "Kho sạch, còn thiếu bảng giá.",
    "result": "passed_with_remarks",
    "present": "Ông Nguyễn Văn Thành",
    "signed_by": "Lan; Thành",
    "lat": "20,937412",
    "lon": "106.314600",
    "accuracy_m": "8",
}


@given(st.text(max_size=30))
def test_whatever_is_typed_as_a_number_is_one_or_refused(typed):
    try:
        number = DecimalField.parse(None, typed)
    except Invalid:
        return
    assert math.isfinite(number)
    assert float(typed.replace(",", ".")) == number


@pytest.fixture
def house(app, now):
    with app.extensions[sessionmaker.__qualname__]() as session:
        yield House(session)


@pytest.fixture
def sign_in(app, client):
    """Sign somebody in at the time of the test: a sign-in of last week has ended."""
    return lambda **wishes: sign_in_as(app, client, now=clock.now(), **wishes)


@pytest.fixture
def lan(sign_in, now):
    return sign_in(roles=["reviewer"], name="Cán bộ Lan")


@pytest.fixture
def vendor_id(house):
    return house.under_review()


def text(answer):
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def plan(lan, **wishes):
    return {
        "day": DAY,
        "part": "morning",
        "place": "Thôn Lôi Xá",
        "inspector": lan,
        "others": "",
        "purpose": "Xem kho.",
        **wishes,
    }


@pytest.fixture
def visit(client, lan, vendor_id):
    """The address of a visit that is scheduled."""
    page = f"/office/vendors/{vendor_id}/visits/new"
    return post(client, page, plan(lan)).location


def last(house, vendor_id):
    return reads.visits_of(house.fresh(), vendor_id)[0]


def send(client, url, fields, *photos):
    """Send the minutes with photos, as a telephone does."""
    token = TOKEN.search(client.get(url).get_data(as_text=True))[1]
    files = [(io.BytesIO(data), name) for name, data in photos]
    answer = client.post(
        url,
        data={"csrf_token": token, **fields, **({"photos": files} if files else {})},
        content_type="multipart/form-data",
    )
    # The test client keeps a large body in a temporary file.
    answer.request.environ["wsgi.input"].close()
    return answer


@pytest.fixture
def that_day(sign_in, lan, visit):
    with clock.fixed(THAT_DAY):
        sign_in(user_id=lan, roles=["reviewer"])
        yield visit


def test_a_visit_is_planned_from_the_dossier(client, lan, house, vendor_id):
    desk = f"/office/vendors/{vendor_id}"
    page = f"{desk}/visits/new"
    assert page in text(client.get(desk))
    assert "Thôn Lôi Xá, " in text(client.get(page))
    assert post(client, page, plan(lan, day="")).status_code == 422
    early = post(client, page, plan(lan, day="2026-11-24"))
    assert (early.status_code, "26/11/2026" in text(early)) == (422, True)
    assert "Xem kho." in text(early)
    nobody = post(client, page, plan(lan, inspector="01X"))
    assert nobody.status_code == 422
    answer = post(client, page, plan(lan))
    assert answer.status_code == 303
    assert last(house, vendor_id).is_open
    assert text(client.get(answer.location)).count("26/11/2026") >= 2
    assert answer.location in text(client.get(desk))
    assert post(client, page, plan(lan)).status_code == 409


def test_a_visit_is_moved_and_called_off(client, lan, house, vendor_id, visit):
    move = f"{visit}/move"
    assert 'value="2026-11-26"' in text(client.get(move))
    assert post(client, move, plan(lan, day="2026-12-03", reason="mưa")).status_code == 422
    assert post(client, move, plan(lan, day="soon", reason="Mưa bão lớn.")).status_code == 422
    new = post(client, move, plan(lan, day="2026-12-03", reason="Mưa bão lớn.")).location
    assert new != visit
    assert post(client, f"{new}/call-off", {"reason": ""}, form=new).status_code == 422
    assert post(client, f"{new}/call-off", {"reason": "hết"}, form=new).status_code == 422
    off = {"reason": "Đoàn bận việc đột xuất."}
    assert post(client, f"{new}/call-off", off, form=new).location == new
    assert last(house, vendor_id).state is VisitState.CALLED_OFF
    assert "Đoàn bận việc đột xuất." in text(client.get(new))
    assert client.get(f"{new}/record").status_code == 409


def test_only_the_page_of_the_minutes_may_ask_where_the_phone_is(client, that_day):
    record = client.get(f"{that_day}/record")
    assert record.headers["Permissions-Policy"].startswith("geolocation=(self)")
    assert client.get(that_day).headers["Permissions-Policy"].startswith("geolocation=()")


def test_minutes_are_written_in_a_field_and_read_by_the_vendor(
    client, sign_in, house, vendor_id, that_day
):
    record = f"{that_day}/record"
    wrong = send(client, record, MINUTES | {"lat": "48.85", "lon": "2.35"})
    assert wrong.status_code == 422
    assert "Chưa có phiếu xét nghiệm nước." in text(wrong)
    assert wrong.headers["Permissions-Policy"].startswith("geolocation=(self)")
    assert last(house, vendor_id).minutes is None
    answer = send(client, record, MINUTES, ("kho.png", picture()))
    assert answer.location == that_day
    card = last(house, vendor_id)
    assert card.minutes.result is VisitResult.PASSED_WITH_REMARKS
    assert (card.minutes.spot.lat, card.minutes.spot.accuracy_m) == (20.937412, 8)
    page = text(client.get(that_day))
    photo = re.search(rf'src="({that_day}/photos/\w+)"', page)[1]
    shown = client.get(photo)
    assert (shown.mimetype, shown.headers["Cache-Control"]) == ("image/jpeg", "private, no-store")
    assert post(client, f"{photo}/remove", form=that_day).status_code == 409
    sign_in(vendor=vendor_id)
    own = text(client.get(f"/apply/{vendor_id}"))
    assert "Kho sạch, còn thiếu bảng giá." in own
    assert "Chưa có phiếu xét nghiệm nước." in own
    assert client.get(photo).status_code == 403


@pytest.mark.parametrize(
    "change",
    [
        {"result": ""},
        {"result": "brilliant"},
        {"present": ""},
        {"signed_by": ""},
        {"lat": "north"},
        {"lon": ""},
        {"finding_place": "excellent"},
        {"finding_place": "bad", "remark_place": "Sai địa chỉ.", "result": "passed"},
        {"finding_place": "bad"},
        {"findings": ""},
    ],
)
def test_wrong_minutes_say_where_and_lose_nothing(client, house, vendor_id, that_day, change):
    answer = send(client, f"{that_day}/record", MINUTES | {"vendor_words": "Giữ lại"} | change)
    page = text(answer)
    assert answer.status_code == 422
    assert "field-error" in page
    assert "Giữ lại" in page
    assert last(house, vendor_id).state is VisitState.SCHEDULED


def test_what_is_typed_so_far_is_kept_without_javascript(client, house, vendor_id, that_day):
    record = f"{that_day}/record"
    half = {"do": "keep", "findings": "Mới xem kho", "lat": "20,", "finding_place": "good"}
    assert send(client, record, half).location == record
    page = text(client.get(record))
    assert "Mới xem kho" in page
    assert 'value="20,"' in page
    assert '<option selected value="good">' in page
    send(client, record, half | {"do": "photos"}, ("1.png", picture()))
    page = text(client.get(record))
    assert "Mới xem kho" in page
    assert last(house, vendor_id).is_open
    photo = re.search(rf'action="({that_day}/photos/\w+)/remove"', page)[1]
    assert post(client, f"{photo}/remove", form=record).location == record
    assert client.get(photo).status_code == 404


@pytest.mark.parametrize("data", [b"", PDF, b"MZ program", picture()[:300]])
def test_a_bad_photo_says_so_and_the_good_one_stays(client, app, house, vendor_id, that_day, data):
    fields = MINUTES | {"do": "photos"}
    answer = send(client, f"{that_day}/record", fields, ("tot.png", picture()), ("xau.jpg", data))
    page = text(answer)
    assert answer.status_code == 422
    assert "xau.jpg" in page
    assert "Kho sạch, còn thiếu bảng giá." in page
    assert len(reads.photos_of(house.fresh(), last(house, vendor_id).id)) == 1
    root = app.extensions[Storage.__qualname__].inner.root
    assert len([path for path in root.rglob("*") if path.is_file()]) == 1


def test_minutes_that_a_colleague_closed_meanwhile_are_not_lost(client, house, vendor_id, that_day):
    record = f"{that_day}/record"
    token = TOKEN.search(client.get(record).get_data(as_text=True))[1]
    send(client, record, MINUTES)
    again = {"csrf_token": token, **MINUTES, "findings": "Lời của người đến sau."}
    answer = client.post(record, data=again)
    assert answer.status_code in {409, 422}
    assert "Lời của người đến sau." in text(answer)
    assert last(house, vendor_id).minutes.findings == MINUTES["findings"]


def test_closed_minutes_are_corrected_by_a_revision(client, house, vendor_id, that_day):
    record = f"{that_day}/record"
    send(client, record, MINUTES)
    page = text(client.get(record))
    assert MINUTES["findings"] in page
    assert 'name="seen_revision" type="hidden" value="1"' in page
    better = MINUTES | {"seen_revision": "1", "findings": "Kho sạch, đã có bảng giá."}
    assert send(client, record, better).status_code == 422
    why = {"reason": "Bảng giá treo ở cửa sau."}
    assert send(client, record, better | why).location == that_day
    page = text(client.get(that_day))
    assert MINUTES["findings"] in page
    assert better["findings"] in page
    assert last(house, vendor_id).minutes.revision == 2


def test_the_minutes_become_a_draft_of_a_document(client, that_day):
    send(client, f"{that_day}/record", MINUTES)
    answer = post(client, f"{that_day}/document", form=that_day)
    assert "/decisions/" in answer.location
    assert "Kho sạch, còn thiếu bảng giá." in text(client.get(answer.location))
    assert answer.location in text(client.get(that_day))


def test_the_vendor_says_that_the_date_does_not_suit(client, sign_in, house, vendor_id, visit):
    officer = text(client.get(visit))
    sign_in(vendor=vendor_id)
    status = f"/apply/{vendor_id}"
    assert "26/11/2026" in text(client.get(status))
    visit_id = visit.rsplit("/", 1)[1]
    url = f"{status}/visits/{visit_id}/object"
    assert post(client, url, {"objection": ""}, form=status).status_code == 422
    assert post(client, url, {"objection": "bận"}, form=status).status_code == 422
    words = {"objection": "Hôm đó nhà có đám cưới."}
    assert post(client, url, words, form=status).location == f"{status}#visits"
    assert last(house, vendor_id).objection == words["objection"]
    assert words["objection"] not in officer
    sign_in(roles=["approver"])
    assert words["objection"] in text(client.get(visit))
    assert words["objection"] in text(client.get(f"/office/vendors/{vendor_id}"))


def test_the_agenda_lists_ones_own_visits_by_day(client, sign_in, lan, vendor_id, visit):
    page = text(client.get("/office/visits"))
    assert "HTX Đức Chính" in page
    assert "26/11/2026" in page
    assert "HTX Đức Chính" in text(client.get("/office/visits?who=all&weeks=nonsense"))
    sign_in(roles=["reviewer"], name="Người khác")
    assert "HTX Đức Chính" not in text(client.get("/office/visits"))
    assert "HTX Đức Chính" in text(client.get("/office/visits?who=all"))
    with clock.fixed(THAT_DAY):
        sign_in(roles=["reviewer"])
        assert f"{visit}/record" in text(client.get("/office/visits?who=all"))


def test_a_visit_of_another_vendor_is_not_there(client, house, vendor_id, visit):
    other = house.submitted()
    strange = visit.replace(vendor_id, other)
    for path in ("", "/move", "/record"):
        assert client.get(f"{strange}{path}").status_code == 404
    assert (
        post(client, f"{strange}/call-off", {"reason": "Không có lý do."}, form=visit).status_code
        == 404
    )

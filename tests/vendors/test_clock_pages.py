"""Pages of the clocks: notices, the register of orders, deadlines."""

import io
import re
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy.orm import sessionmaker

from kernel import clock
from kernel.db import transaction
from tests.conftest import NOW, post
from tests.people import sign_in_as
from tests.vendors.conftest import WHY, House
from vendors import jobs
from vendors.queries.authority import authority_orders
from vendors.queries.noticing import notices_of
from vendors.rules import VendorState

ORDER = {
    "kind": "inform",
    "subject": "",
    "document_no": "12/CV",
    "authority": "Công an thành phố",
    "received_on": "2026-11-23",
    "received_time": "9:30",
    "text": "Cung cấp thông tin về người bán.",
}
SAID = "Chúng tôi đã in lại nhãn ngày 24/11."


@pytest.fixture
def house(app, now):
    with app.extensions[sessionmaker.__qualname__]() as session:
        yield House(session)


def text(answer):
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def entered(client, house, **more):
    answer = post(client, "/office/authority", ORDER | more, form="/office/authority/new")
    assert answer.status_code == 303, text(answer)
    return authority_orders(house.fresh()).items[0]


def test_an_order_is_entered_in_viet_nam_time_and_done(client, sign_in, house):
    sign_in(roles=["reviewer"], lang="en")
    order = entered(client, house)
    assert order.received_at == NOW - timedelta(minutes=30)
    url = f"/office/authority/{order.id}"
    assert "23 hours left" in text(client.get("/office/authority?show=open"))
    short = post(client, f"{url}/carry-out", {"how": "ok"}, form=url)
    assert (short.status_code, "in a sentence what was done" in text(short)) == (422, True)
    done = post(client, f"{url}/carry-out", {"how": "Sent the list by letter."}, form=url)
    assert done.status_code == 303
    assert "Sent the list by letter." in text(client.get(url))
    assert "No order waits." in text(client.get("/office/authority?show=open"))


@pytest.mark.parametrize("spelt", ["09:30", "9h30", "9.30", "9g30"])
def test_the_time_is_typed_as_people_write_it(client, sign_in, house, spelt):
    sign_in(roles=["reviewer"])
    assert entered(client, house, received_time=spelt).received_at == NOW - timedelta(minutes=30)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"received_time": "25:00"}, "Such as 14:05."),
        ({"received_time": " "}, "Please fill in this field."),
        ({"received_on": "0001-01-01"}, "This is more than a month ago"),
        ({"received_on": "9999-12-31"}, "This moment is still to come."),
        ({"received_on": "today"}, "Write a day such as 23/11/2026."),
        ({"document_no": "  "}, "Please fill in this field."),
        ({"authority": "x" * 161}, "Field cannot be longer than 160"),
        ({"kind": "fly"}, "Not a valid choice"),
        ({"kind": "suspend", "subject": "NOBODY"}, "no single vendor has this one"),
        ({"kind": "take_down"}, "Write the code of the listing"),
        ({"text": "x"}, "what the document asks for"),
    ],
)
def test_a_wrong_order_says_what_is_wrong_and_keeps_the_rest(client, sign_in, house, wrong, words):
    sign_in(roles=["reviewer"], lang="en")
    answer = post(client, "/office/authority", ORDER | wrong, form="/office/authority/new")
    assert answer.status_code == 422
    assert words in text(answer)
    assert authority_orders(house.fresh()).items == []


def test_late_orders_come_first_and_the_register_is_a_table(client, sign_in, house):
    sign_in(roles=["reviewer"], lang="en")
    entered(client, house)
    entered(client, house, received_on="2026-11-21", document_no="=1+1")
    shown = text(client.get("/office/authority"))
    assert shown.index("02/2026") < shown.index("01/2026")
    assert "25 hours late" in shown
    file = client.get("/office/authority.xlsx")
    rows = list(load_workbook(io.BytesIO(file.data)).active.values)
    assert [row[0] for row in rows] == ["Number", "01/2026", "02/2026"]
    # Nothing in it is a formula.
    assert rows[2][2] == "'=1+1"


def test_what_was_dealt_with_is_said_to_whoever_comes_second(client, sign_in, house):
    sign_in(roles=["reviewer"], lang="en")
    order = entered(client, house)
    url = f"/office/authority/{order.id}"
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(url).get_data(as_text=True))
    how = {"csrf_token": token[1], "how": "Sent the list by letter."}
    assert client.post(f"{url}/set-aside", data=how).status_code == 303
    second = client.post(f"{url}/carry-out", data=how)
    assert (second.status_code, "A colleague was faster" in text(second)) == (409, True)
    assert client.get("/office/authority/01NOTHING").status_code == 404
    assert client.post("/office/authority/01NOTHING/carry-out", data=how).status_code == 404


def test_a_vendor_is_told_reads_and_answers_and_the_office_sees_it(client, sign_in, house):
    vendor_id = house.approved()
    desk = f"/office/vendors/{vendor_id}"
    sign_in(roles=["approver"], lang="en")
    form = f"{desk}/notices/new?action=suspend"
    empty = post(client, f"{desk}/notices", {"action": "suspend", "reason": " "}, form=form)
    assert (empty.status_code, "Please fill in this field." in text(empty)) == (422, True)
    given = post(client, f"{desk}/notices", {"action": "suspend", "reason": WHY}, form=form)
    assert given.status_code == 303
    twice = post(client, f"{desk}/notices", {"action": "suspend", "reason": WHY}, form=form)
    assert (twice.status_code, "has been told already" in text(twice)) == (409, True)
    early = post(client, f"{desk}/decide", {"action": "suspend"}, form=desk)
    assert "this is possible from 29/11/2026 on" in text(early)
    (notice,) = notices_of(house.fresh(), vendor_id)
    own = f"/apply/{vendor_id}/notices/{notice.id}"
    sign_in(vendor=vendor_id, lang="en")
    assert own in text(client.get(f"/apply/{vendor_id}"))
    assert post(client, own, {"answer": "no"}).status_code == 422
    assert post(client, own, {"answer": SAID}).status_code == 303
    assert SAID in text(client.get(own))
    sign_in(roles=["approver"], lang="en")
    assert SAID in text(client.get(desk))
    withdrawn = post(client, f"{desk}/notices/{notice.id}/withdraw", form=desk)
    assert withdrawn.status_code == 303
    assert notices_of(house.fresh(), vendor_id)[0].withdrawn_at == NOW


def test_after_its_days_the_vendor_is_suspended_from_the_dossier(app, client, house):
    vendor_id = house.approved()
    house.announce(vendor_id)
    desk = f"/office/vendors/{vendor_id}"
    with clock.fixed(NOW + timedelta(days=6)):
        sign_in_as(app, client, now=clock.now(), roles=["approver"])
        assert post(client, f"{desk}/decide", {"action": "suspend"}, form=desk).status_code == 303
    assert house.state(vendor_id) is VendorState.SUSPENDED


def test_deadlines_are_on_one_page(app, client, sign_in, house):
    late = house.submitted()
    sign_in(roles=["reviewer"], lang="en")
    assert "No clock runs." in text(client.get("/office/clocks"))
    entered(client, house)
    with clock.fixed(NOW + timedelta(days=10)):
        sign_in_as(app, client, now=clock.now(), roles=["reviewer"], lang="en")
        shown = text(client.get("/office/clocks"))
    assert "Late answers" in shown
    assert f"/office/vendors/{late}" in shown
    assert "hours late" in shown


def test_a_vendor_called_to_renew_reads_until_when_it_sells(app, client, house):
    vendor_id = house.approved()
    day = date(2029, 10, 14)
    with transaction(house.session):
        jobs.watch_recognitions(house.session, NOW + (day - NOW.date()))
    with clock.fixed(NOW + (day - NOW.date())):
        sign_in_as(app, client, now=clock.now(), vendor=vendor_id, lang="en")
        shown = text(client.get(f"/apply/{vendor_id}"))
    assert "Your recognition holds until 22/11/2029." in shown

"""The pages of the application, the vendor's own pages and the desk."""

import io
import re
from dataclasses import replace

import pytest
from sqlalchemy.orm import sessionmaker

from kernel.storage import Storage
from tests.conftest import post
from tests.vendors import conftest
from tests.vendors.conftest import WHY, House
from tests.vendors.test_papers import PDF, picture
from vendors import queries
from vendors.models import Vendor
from vendors.rules import Offer, VendorState

WHO = {
    "legal_form": "cooperative",
    "name": "HTX Cà rốt Đức Chính",
    "registration_no": "0800 001 115",
    "sells": ["handicraft"],
}
PERSON = {
    "full_name": "Nguyễn Văn Thành",
    "number": "030 080 001 234",
    "birthday": "17/05/1980",
    "head_office": "",
}
WHERE = {
    "do": "save",
    "commune": "vn-2025:10909",
    "address": "Thôn Lôi Xá",
    "phone": "0912 345 678",
    "email": "",
}


@pytest.fixture
def house(app, now):
    with app.extensions[sessionmaker.__qualname__]() as session:
        yield House(session)


def text(answer):
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def state(house, vendor_id):
    return queries.dossier(house.fresh(), vendor_id).state


def line_version(answer, key):
    """Return the version of a line of the checklist that a page shows."""
    line = text(answer).split(f'id="line-{key}"')[1]
    return re.search(r'name="version" value="(\d+)"', line)[1]


def upload(client, vendor_id, data, name="dkkd.jpg", kind="registration"):
    answer = post(
        client,
        f"/apply/{vendor_id}/papers",
        {"kind": kind, "file": (io.BytesIO(data), name)},
    )
    # The test client keeps a large body in a temporary file.
    answer.request.environ["wsgi.input"].close()
    return answer


def test_a_cooperative_applies_from_end_to_end(client, sign_in, house):
    sign_in(name="Thành")
    assert client.get("/apply").status_code == 200
    answer = post(client, "/apply/new", WHO)
    assert answer.status_code == 303
    vendor_id = answer.location.split("/")[2]
    assert answer.location == f"/apply/{vendor_id}/person"
    answer = post(client, f"/apply/{vendor_id}/person", PERSON)
    assert answer.location == f"/apply/{vendor_id}/where"
    answer = post(client, f"/apply/{vendor_id}/where", WHERE)
    assert answer.location == f"/apply/{vendor_id}/papers"
    assert upload(client, vendor_id, picture()).location == f"/apply/{vendor_id}/papers"
    upload(client, vendor_id, picture(), "cccd.jpg", kind="identity")
    assert "dkkd.jpg" in text(client.get(f"/apply/{vendor_id}/papers"))
    answer = post(client, f"/apply/{vendor_id}/check", {"declares": "y", "consent": "y"})
    assert answer.location == f"/apply/{vendor_id}"
    assert state(house, vendor_id) is VendorState.SUBMITTED
    dossier = queries.dossier(house.fresh(), vendor_id)
    assert (dossier.registration_no, dossier.phone) == ("0800001115", "+84912345678")
    assert "HTX Cà rốt Đức Chính" in text(client.get(f"/apply/{vendor_id}"))
    assert "HTX Cà rốt Đức Chính" in text(client.get("/apply"))


def test_whoever_is_not_signed_in_is_led_to_sign_in(client, house):
    vendor_id = house.draft()
    assert client.get("/apply").status_code == 200
    for path in ("/apply/new", f"/apply/{vendor_id}", f"/work/{vendor_id}/members"):
        answer = client.get(path)
        assert answer.status_code == 303
        assert "next=" in answer.location


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"registration_no": "0800001111"}, "registration_no"),
        ({"name": ""}, "name"),
        ({"legal_form": "kingdom"}, "legal_form"),
        ({"legal_form": "individual"}, "registration_no"),
    ],
)
def test_a_wrong_first_step_keeps_what_was_typed(client, sign_in, house, change, field):
    user_id = sign_in()
    answer = post(client, "/apply/new", WHO | change)
    assert answer.status_code == 422
    assert "0800 001 1" in text(answer) or "080000111" in text(answer)
    assert "field-error" in text(answer)
    assert queries.applications_of(house.fresh(), user_id) == []


@pytest.fixture
def mine(client, sign_in, house):
    """A dossier of the person in the browser: who is written, the rest is not."""
    vendor_id = house.draft()
    sign_in(vendor=vendor_id)
    return vendor_id


def communes_in(answer):
    return set(re.findall(r'type="radio" name="commune" value="(vn-2025:\d+)"', text(answer)))


def test_communes_are_found_without_accents_and_without_javascript(client, mine, house):
    answer = post(client, f"/apply/{mine}/where", {"do": "find", "commune_search": "tue tinh"})
    assert answer.status_code == 200
    assert communes_in(answer) == {"vn-2025:10909"}
    assert "checked" in text(answer)
    assert queries.dossier(house.fresh(), mine).commune == ""


def test_an_old_commune_that_was_divided_is_a_question(client, mine, house):
    old = {"do": "save", "old_address": "xã Cẩm Chế, huyện Thanh Hà", "commune": ""}
    answer = post(client, f"/apply/{mine}/where", WHERE | old)
    assert answer.status_code == 422
    assert communes_in(answer) == {"vn-2025:10816", "vn-2025:10756"}
    assert queries.dossier(house.fresh(), mine).commune == ""
    post(client, f"/apply/{mine}/where", WHERE | old | {"commune": "vn-2025:10756"})
    dossier = queries.dossier(house.fresh(), mine)
    assert (dossier.commune, dossier.old_address) == (
        "vn-2025:10756",
        "xã Cẩm Chế, huyện Thanh Hà",
    )


def test_an_old_commune_with_one_answer_is_answered(client, mine, house):
    old = {"old_address": "xã Vĩnh Lập, huyện Thanh Hà", "commune": ""}
    assert post(client, f"/apply/{mine}/where", WHERE | old).status_code == 303
    assert queries.dossier(house.fresh(), mine).commune == "vn-2025:10882"


@pytest.mark.parametrize(
    "change", [{"commune": ""}, {"commune": "10813"}, {"phone": "12"}, {"address": ""}]
)
def test_a_wrong_place_is_refused_and_nothing_is_saved(client, mine, house, change):
    answer = post(client, f"/apply/{mine}/where", WHERE | change)
    assert answer.status_code == 422
    assert "field-error" in text(answer)
    assert queries.dossier(house.fresh(), mine).address == ""


def test_the_list_of_communes_narrows_down_for_an_open_page(client, now):
    answer = client.get("/apply/communes?commune_search=thanh+mien")
    assert len(communes_in(answer)) == 3
    assert "<html" not in text(answer)
    nothing = client.get("/apply/communes?commune_search=zzz")
    assert text(nothing).count("<option") == 115


def test_a_pdf_is_handed_back_as_a_file_and_a_picture_in_a_sandbox(client, mine, house):
    upload(client, mine, PDF, "giấy phép.pdf")
    upload(client, mine, picture(), "ảnh.png")
    shown = {}
    for paper in queries.papers(house.fresh(), mine):
        answer = client.get(f"/apply/{mine}/papers/{paper.id}")
        assert answer.status_code == 200
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert "no-store" in answer.headers["Cache-Control"]
        shown[answer.mimetype] = answer.headers["Content-Disposition"].split(";")[0]
    assert shown == {"application/pdf": "attachment", "image/jpeg": "inline"}


@pytest.mark.parametrize(
    ("data", "status"),
    [(b"", 422), (b"MZ program", 422), (b"%PDF-1.7" + b" " * 15 * 1024**2, 413)],
    ids=["empty", "program", "too large"],
)
def test_a_bad_upload_says_so_and_keeps_nothing(client, mine, house, app, data, status):
    answer = upload(client, mine, data)
    assert answer.status_code == status
    assert "field-error" in text(answer)
    assert queries.papers(house.fresh(), mine) == []
    root = app.extensions[Storage.__qualname__].inner.root
    assert [path for path in root.rglob("*") if path.is_file()] == []


def test_a_refused_paper_leaves_no_file_behind(client, mine, house, app):
    house.run(_fill, mine)
    answer = upload(client, mine, picture())
    assert answer.status_code == 409
    root = app.extensions[Storage.__qualname__].inner.root
    assert [path for path in root.rglob("*") if path.is_file()] == []


def _fill(session, vendor_id, *, now):
    from tests.vendors.conftest import PAPER, owner_of
    from vendors.services import applying

    applying.add_papers(
        session, vendor_id, papers=[PAPER] * 20, actor=owner_of("01X", vendor_id), now=now
    )


def test_a_paper_is_removed_with_its_file(client, mine, house, app):
    upload(client, mine, picture())
    (paper,) = queries.papers(house.fresh(), mine)
    storage = app.extensions[Storage.__qualname__]
    assert storage.exists(paper.storage_key)
    page = f"/apply/{mine}/papers"
    assert post(client, f"{page}/{paper.id}/remove", form=page).status_code == 303
    assert not storage.exists(paper.storage_key)
    assert client.get(f"{page}/{paper.id}").status_code == 404


def test_a_certificate_is_taken_from_a_card_that_asks_for_no_stars(client, sign_in, house):
    vendor_id = house.draft(replace(conftest.WHO, sells=(Offer.ORGANIC,)))
    sign_in(vendor=vendor_id)
    page = f"/apply/{vendor_id}/papers"
    words = {
        "requirement": "organic",
        "scheme": "organic",
        "number": "HC-7",
        "issuer": "TTCN Hà Nội",
        "valid_from": "2026-01-10",
        "last_day": "2027-01-09",
    }
    assert post(client, f"{page}/certificate", words, form=page).status_code == 303
    (kept,) = queries.certificates(house.fresh(), vendor_id)
    assert (kept.number, kept.stars) == ("HC-7", None)


def test_an_incomplete_or_undeclared_application_is_not_handed_in(client, mine, house):
    page = f"/apply/{mine}/check"
    assert post(client, page, {}).status_code == 422
    assert post(client, page, {"declares": "y", "consent": "y"}).status_code == 422
    assert state(house, mine) is VendorState.DRAFT


def test_handing_in_twice_leads_to_the_status_page(client, sign_in, house):
    vendor_id = house.complete()
    sign_in(vendor=vendor_id)
    page = f"/apply/{vendor_id}/check"
    token = re.search(r'csrf_token" value="([^"]+)"', text(client.get(page)))[1]
    data = {"csrf_token": token, "declares": "y", "consent": "y"}
    assert [client.post(page, data=data).location for _ in range(2)] == [f"/apply/{vendor_id}"] * 2
    assert len(queries.dossier(house.fresh(), vendor_id).steps) == 1
    assert client.get(page).status_code == 409


def test_a_step_opened_from_the_last_page_leads_back_there(client, sign_in, house):
    vendor_id = house.complete()
    sign_in(vendor=vendor_id)
    answer = post(client, f"/apply/{vendor_id}/who?back=check", WHO)
    assert answer.location == f"/apply/{vendor_id}/check"
    assert "HTX Cà rốt Đức Chính" in text(client.get(answer.location))
    assert post(client, f"/apply/{vendor_id}/who", WHO | {"name": "x"}).status_code == 422
    wrong = WHO | {"registration_no": "1"}
    assert post(client, f"/apply/{vendor_id}/who", wrong).status_code == 422


def test_the_vendor_reads_what_is_asked_and_answers(client, sign_in, house):
    vendor_id = house.under_review()
    house.decide(vendor_id, "request_information")
    sign_in(vendor=vendor_id)
    assert WHY in text(client.get(f"/apply/{vendor_id}"))
    assert WHY in text(client.get(f"/apply/{vendor_id}/papers"))
    assert (
        post(client, f"/apply/{vendor_id}/check", {"declares": "y", "consent": "y"}).status_code
        == 303
    )
    assert state(house, vendor_id) is VendorState.SUBMITTED


@pytest.mark.parametrize("action", ["approve", "reject", "suspend"])
def test_the_status_page_shows_every_end(client, sign_in, house, action):
    vendor_id = house.approved() if action == "suspend" else house.under_review()
    if action == "approve":
        house.judged(vendor_id)
    house.decide(vendor_id, action)
    sign_in(vendor=vendor_id)
    answer = client.get(f"/apply/{vendor_id}")
    assert answer.status_code == 200
    assert (WHY in text(answer)) or action == "approve"


def test_an_application_is_withdrawn(client, mine, house):
    answer = post(client, f"/apply/{mine}/cancel", form=f"/apply/{mine}")
    assert answer.status_code == 303
    assert state(house, mine) is VendorState.CANCELLED


OWN = ["", "/who", "/where", "/papers", "/papers/01PAPER", "/check"]
WORK = ["/members", "/certificates", "/profile"]


@pytest.mark.parametrize("vendor_roles", [None, ["seller"]])
def test_others_see_nothing_and_sellers_no_forms_of_owners(client, sign_in, house, vendor_roles):
    vendor_id = house.complete()
    sign_in(vendor=vendor_id, vendor_roles=vendor_roles) if vendor_roles else sign_in()
    paths = [f"/apply/{vendor_id}{path}" for path in OWN]
    paths += [f"/work/{vendor_id}{path}" for path in WORK]
    found = {
        path.removeprefix("/").partition("/")[2][27:]: client.get(path).status_code
        for path in paths
    }
    if vendor_roles is None:
        assert set(found.values()) == {404}
    else:
        assert found == {
            "": 200,
            "who": 403,
            "where": 403,
            "papers": 403,
            "papers/01PAPER": 404,
            "check": 403,
            "members": 403,
            "certificates": 200,
            "profile": 403,
        }


def test_an_owner_manages_people(client, sign_in, house):
    vendor_id = house.approved()
    me = sign_in(vendor=vendor_id, name="Hoa")
    page = f"/work/{vendor_id}/members"
    assert post(client, page, {"contact": "0912345678", "roles": ["seller"]}).status_code == 303
    assert post(client, page, {"contact": "0987000000", "roles": ["seller"]}).location == page
    assert "+84987000000" in text(client.get(page))
    answer = post(client, page, {"contact": "nobody", "roles": ["seller"]})
    assert (answer.status_code, "field-error" in text(answer)) == (422, True)
    assert post(client, page, {"contact": "", "roles": []}).status_code == 422
    assert post(client, f"{page}/{house.user_id}/remove", form=page).location == page
    assert post(client, f"{page}/{me}/remove", form=page).status_code == 403
    assert [one.name for one in queries.members(house.fresh(), vendor_id)] == ["Hoa"]


def test_one_who_leaves_is_led_away(client, sign_in, house):
    vendor_id = house.approved()
    me = sign_in(vendor=vendor_id)
    page = f"/work/{vendor_id}/members"
    assert post(client, f"{page}/{me}/remove", form=page).location == "/apply"


CERTIFICATE = {
    "scheme": "vietgap",
    "number": "VG-1",
    "issuer": "TTCN",
    "product": "Cà rốt",
    "stars": "",
    "valid_from": "2026-01-10",
    "last_day": "31/12/2027",
}


def test_a_certificate_goes_from_the_vendor_to_the_badge(client, sign_in, house):
    vendor_id = house.approved()
    sign_in(vendor=vendor_id)
    page = f"/work/{vendor_id}/certificates"
    assert post(client, page, CERTIFICATE).status_code == 303
    assert post(client, page, CERTIFICATE | {"number": "VG-2"}).status_code == 303
    assert post(client, page, CERTIFICATE | {"last_day": ""}).status_code == 422
    assert post(client, page, CERTIFICATE | {"valid_from": "soon"}).status_code == 422
    first, second = sorted(one.id for one in queries.certificates(house.fresh(), vendor_id))
    assert post(client, f"{page}/{second}/remove", form=page).status_code == 303
    sign_in(roles=["reviewer"])
    desk = f"/office/vendors/{vendor_id}"
    verdict = f"{desk}/certificates/{first}"
    assert "VG-1" in text(client.get(desk))
    assert post(client, f"{verdict}/verify", form=desk).status_code == 303
    assert post(client, f"{verdict}/withdraw", {"reason": ""}, form=desk).status_code == 422
    assert post(client, f"{verdict}/withdraw", {"reason": "không"}, form=desk).status_code == 422
    (badge,) = queries.public_vendor(house.fresh(), "htx-duc-chinh").certificates
    assert badge.number == "VG-1"
    assert post(client, f"{verdict}/withdraw", {"reason": WHY}, form=desk).status_code == 303
    assert queries.public_vendor(house.fresh(), "htx-duc-chinh").certificates == []
    sign_in(vendor=vendor_id)
    assert WHY in text(client.get(page))


def test_a_vendor_writes_its_story(client, sign_in, house):
    vendor_id = house.approved()
    sign_in(vendor=vendor_id)
    page = f"/work/{vendor_id}/profile"
    story = {"story_vi": "Ba đời trồng cà rốt.", "story_en": "", "phone": "0987654321"}
    assert post(client, page, story).status_code == 303
    shown = queries.public_vendor(house.fresh(), "htx-duc-chinh")
    assert (shown.story, shown.phone) == ({"vi": "Ba đời trồng cà rốt."}, "+84987654321")
    assert "Ba đời trồng cà rốt." in text(client.get(page))
    assert post(client, page, story | {"phone": "1"}).status_code == 422


def test_a_closed_vendor_is_told_that_it_is(client, sign_in, house):
    vendor_id = house.under_review()
    house.decide(vendor_id, "reject")
    sign_in(vendor=vendor_id)
    assert post(client, f"/work/{vendor_id}/profile", {"phone": "0987654321"}).status_code == 409
    assert post(client, f"/work/{vendor_id}/certificates", CERTIFICATE).status_code == 409


def test_the_desk_walks_a_dossier_to_approval(client, sign_in, house):
    vendor_id = house.submitted()
    sign_in(roles=["reviewer", "approver"], name="Cán bộ Lan")
    queue, desk = "/office/vendors", f"/office/vendors/{vendor_id}"
    assert "HTX Đức Chính" in text(client.get(f"{queue}?q=duc+chinh"))
    assert "HTX Đức Chính" not in text(client.get(f"{queue}?state=approved"))
    page = text(client.get(desk))
    assert "0800001115" in page
    assert "dkkd.jpg" in page
    seen = re.search(r'name="version" value="(\d+)"', page)[1]
    take = {"action": "take", "version": seen}
    assert post(client, f"{desk}/decide", take, form=desk).location == desk
    assert state(house, vendor_id) is VendorState.UNDER_REVIEW
    ask = {"action": "request_information", "reason": "?"}
    answer = post(client, f"{desk}/decide", ask, form=desk)
    assert (answer.status_code, "field-error" in text(answer)) == (422, True)
    approve = {"action": "approve", "version": seen}
    answer = post(client, f"{desk}/decide", approve, form=desk)
    assert answer.status_code == 409
    approve["version"] = str(queries.dossier(house.fresh(), vendor_id).version)
    answer = post(client, f"{desk}/decide", approve, form=desk)
    assert answer.status_code == 409
    assert "Căn cước của người đứng tên; Giấy đăng ký kinh doanh" in text(answer)
    for key in ("identity", "registration"):
        said = {"verdict": "accept", "version": line_version(client.get(desk), key)}
        answer = post(client, f"{desk}/requirements/{key}", said, form=desk)
        assert answer.location == f"{desk}#line-{key}"
    assert post(client, f"{desk}/decide", approve, form=desk).status_code == 303
    assert state(house, vendor_id) is VendorState.APPROVED
    assert "Cán bộ Lan" in text(client.get(desk))
    assert "HTX Đức Chính" in text(client.get(f"{queue}?state=approved"))
    assert "HTX Đức Chính" in text(client.get(f"{queue}?state=everything&page=-1"))


def test_too_long_a_reason_decides_nothing(client, sign_in, house):
    vendor_id = house.under_review()
    sign_in(roles=["approver"])
    desk = f"/office/vendors/{vendor_id}"
    long = {"action": "reject", "reason": "x" * 2001}
    assert post(client, f"{desk}/decide", long, form=desk).status_code == 422
    assert state(house, vendor_id) is VendorState.UNDER_REVIEW


def test_a_reviewer_is_not_offered_what_an_approver_does(client, sign_in, house):
    vendor_id = house.under_review()
    sign_in(roles=["reviewer"])
    desk = f"/office/vendors/{vendor_id}"
    offered = re.findall(r'name="action" value="(\w+)"', text(client.get(desk)))
    assert offered == ["request_information"]
    answer = post(client, f"{desk}/decide", {"action": "approve"}, form=desk)
    assert answer.status_code == 403
    assert state(house, vendor_id) is VendorState.UNDER_REVIEW


def test_likeness_and_a_place_that_does_not_fit_are_pointed_out(client, sign_in, house):
    import dataclasses

    from tests.vendors.conftest import WHERE as PLACE

    house.submitted()
    wrong = dataclasses.replace(PLACE, commune="vn-2025:10813")
    vendor_id = house.submitted(where=wrong)
    sign_in(roles=["reviewer"])
    page = text(client.get(f"/office/vendors/{vendor_id}"))
    assert "note-watch" in page
    assert "Tuệ Tĩnh" in page


def test_the_office_opens_papers_the_public_does_not(client, sign_in, house, app):
    vendor_id = house.submitted()
    paper = queries.papers(house.fresh(), vendor_id)[-1]
    app.extensions[Storage.__qualname__].put(paper.storage_key, picture(), "image/jpeg")
    desk = f"/office/vendors/{vendor_id}/papers"
    assert client.get(f"{desk}/{paper.id}").status_code == 303
    sign_in(roles=["reviewer"])
    assert client.get(f"{desk}/{paper.id}").mimetype == "image/jpeg"
    assert client.get(f"{desk}/01NOTHING").status_code == 404
    app.extensions[Storage.__qualname__].delete(paper.storage_key)
    assert client.get(f"{desk}/{paper.id}").status_code == 404


@pytest.mark.parametrize("roles", [[], ["finance"], ["statistics"], ["operator"]])
def test_the_desk_is_for_officers(client, sign_in, house, roles):
    vendor_id = house.submitted()
    sign_in(roles=roles)
    for path in ("/office/vendors", f"/office/vendors/{vendor_id}"):
        assert client.get(path).status_code == 403


def test_a_draft_is_not_the_offices_to_read(client, sign_in, house):
    vendor_id = house.complete()
    sign_in(roles=["reviewer"])
    assert client.get(f"/office/vendors/{vendor_id}").status_code == 404
    assert client.get("/office/vendors/01NOTHING").status_code == 404
    assert "HTX Đức Chính" not in text(client.get("/office/vendors?state=all"))


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_pages_run_few_statements(app, client, sign_in, house, lang):
    import sqlalchemy as sa

    vendor_id = house.submitted()
    sign_in(vendor=vendor_id)
    engine = app.extensions[sessionmaker.__qualname__].kw["bind"]
    seen = []
    sa.event.listen(engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    for path, most in (
        ("/apply", 4),
        (f"/apply/{vendor_id}", 7),
        (f"/work/{vendor_id}/members", 5),
    ):
        seen.clear()
        assert client.get(f"{path}?lang={lang}").status_code == 200
        assert len([one for one in seen if one.startswith("SELECT")]) <= most, path
    sign_in(roles=["reviewer"])
    for path, most in (("/office/vendors", 6), (f"/office/vendors/{vendor_id}", 12)):
        seen.clear()
        assert client.get(f"{path}?lang={lang}").status_code == 200
        assert len([one for one in seen if one.startswith("SELECT")]) <= most, path


def test_what_was_typed_survives_the_end_of_a_sign_in(client, sign_in, mine, house):
    page = f"/apply/{mine}/where"
    token = re.search(r'csrf_token" value="([^"]+)"', text(client.get(page)))[1]
    with client.session_transaction() as session:
        session.pop("sign_in")
    typed = WHERE | {"csrf_token": token, "address": "Thôn Nhân Lý, nhà số 7"}
    answer = client.post(page, data=typed)
    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in?next=")
    with client.session_transaction() as session:
        assert "Nhân Lý" not in session["typed"]
    assert queries.dossier(house.fresh(), mine).address == ""


def test_practice_walks_the_steps_and_stores_nothing(client, house):
    page = "/apply/practice"
    assert client.get(page).status_code == 200
    answer = post(client, page, {"step": "who", **WHO})
    assert answer.status_code == 200
    assert 'name="kept:who:name" value="HTX Cà rốt Đức Chính"' in text(answer)
    wrong = {"step": "who", **WHO, "registration_no": "1"}
    assert post(client, page, wrong).status_code == 422
    kept = {"kept:who:legal_form": "cooperative", "kept:who:sells": "handicraft"}
    child = {"step": "person", **PERSON, "birthday": "2020-01-01", **kept}
    assert post(client, page, child).status_code == 422
    assert "field-error" in text(post(client, page, {"step": "papers", "kind": "identity", **kept}))
    assert (
        post(client, page, {"step": "check", "declares": "y", "consent": "y", **kept}).status_code
        == 422
    )
    assert house.fresh().query(Vendor).count() == 0


def test_a_rejected_vendor_appeals_on_its_page(client, sign_in, house):
    vendor_id = house.under_review()
    house.decide(vendor_id, "reject")
    sign_in(vendor=vendor_id)
    page = f"/apply/{vendor_id}"
    assert post(client, f"{page}/appeal", {"reason": "?"}, form=page).status_code == 422
    why = {"reason": "Giấy đăng ký của chúng tôi còn hạn."}
    assert post(client, f"{page}/appeal", why, form=page).location == page
    assert state(house, vendor_id) is VendorState.APPEALED

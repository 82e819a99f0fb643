"""The page of an offer before buyers see it: for whom, what it says, kept by nobody."""

import pytest

from catalog.services.packs import PackDraft
from kernel.web.cache import PageCache
from kernel.web.session import provide
from tests.catalog.shelves import add, add_visit, listing, open_shelves, vendor_id
from tests.catalog.test_writing import act, create, edit, judge
from vendors.rules import Scheme


@pytest.fixture
def session(app_session, now):
    open_shelves(app_session, now)
    return app_session


@pytest.fixture
def vendor(session, sign_in):
    made = vendor_id(session)
    sign_in(vendor=made, vendor_roles=["seller"])
    return made


def text(answer):
    assert answer.status_code == 200
    assert answer.headers["X-Robots-Tag"].startswith("noindex")
    assert answer.headers["Cache-Control"] == "private, no-store"
    return answer.get_data(as_text=True)


def test_a_draft_is_shown_in_both_languages_as_wide_as_a_phone(client, session, vendor, now):
    code = create(session, now, title={"vi": "Ổi Thanh Hà", "en": "Thanh Ha guava"})
    assert client.get(f"/l/{code}/oi-thanh-ha").status_code == 404
    shell = text(client.get(f"/work/{vendor}/preview/{code}"))
    assert shell.count("<iframe") == 2
    inner = client.get(f"/work/{vendor}/preview/{code}/vi")
    assert "frame-ancestors 'self'" in inner.headers["Content-Security-Policy"]
    assert "form-action 'none'" in inner.headers["Content-Security-Policy"]
    assert inner.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "<h1>Ổi Thanh Hà</h1>" in text(inner)
    english = client.get(f"/work/{vendor}/preview/{code}/en")
    assert "<h1>Thanh Ha guava</h1>" in text(english)
    assert '<html lang="en">' in text(english)
    assert "Set-Cookie" not in english.headers or "lang=" not in english.headers["Set-Cookie"]
    assert client.get(f"/work/{vendor}/preview/{code}/fr").status_code == 404


def test_what_waits_for_the_office_is_in_the_preview_and_not_on_the_page(
    client, session, vendor, now, app, sign_in
):
    provide(app, PageCache, PageCache())
    code = create(session, now)
    act(session, now, code, "submit")
    judge(session, now, code, "approve")
    edit(
        session, now, code,
        title={"vi": "Ổi mới"}, schemes=(Scheme.ORGANIC,), packs=(PackDraft(1000, 27_000),),
    )  # fmt: skip
    assert "Ổi mới" in text(client.get(f"/work/{vendor}/preview/{code}/vi"))
    public = client.get(f"/l/{code}/oi-thanh-ha").get_data(as_text=True)
    assert "Ổi mới" not in public
    assert "27.000" in public
    listing_id = listing(session, code).id
    session.rollback()
    sign_in(roles=["reviewer"])
    assert "Ổi mới" in text(client.get(f"/office/preview/{listing_id}/vi"))
    assert client.get(f"/office/preview/{listing_id}").status_code == 200
    assert client.get("/office/preview/01NONE").status_code == 404


def test_a_visit_has_its_preview_and_a_stranger_none(client, session, vendor, now, sign_in):
    add_visit(session, now)
    add(session, now, "MAT", vendor_code="V2", category="mat-ong-do-uong")
    assert "Hái vải" in text(client.get(f"/work/{vendor}/preview/THAM/vi"))
    for path in ("MAT", "MAT/vi", "NONE"):
        assert client.get(f"/work/{vendor}/preview/{path}").status_code == 404
    sign_in(email="x@example.com")
    assert client.get(f"/work/{vendor}/preview/THAM/vi").status_code in {403, 404}

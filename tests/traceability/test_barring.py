"""The office takes links of codes down: with a reason, and no code is left leading nowhere."""

from contextlib import suppress
from dataclasses import replace
from threading import Barrier, BrokenBarrierError

import pytest
import sqlalchemy as sa

from kernel.audit import AuditEntry
from kernel.db import transaction
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from kernel.events import OutboxMessage
from kernel.mail import Notice, render
from tests.conftest import post
from tests.together import at_once
from tests.traceability.land import NOW, OFFICE, STRANGER, Land, count, member
from tests.traceability.test_links import BASE, GTIN, NEW, SHOP, keep, licensed
from traceability.events import LinkTakenDown
from traceability.handlers import on_link_taken_down
from traceability.models import BarredLink, DlLink, WatchItem
from traceability.queries.codes import links_at
from traceability.queries.links import LinkWish, barred_links, barred_of, office_link, office_links
from traceability.rules import WatchKind, WatchState
from traceability.services import barring, watching
from traceability.services.barring import allow_again, take_down
from traceability.services.links import remove_link
from traceability.services.sites import watch_sites
from traceability.services.watching import decide_matter, open_matter

WHY = "Trang này bán hàng giả"
OURS = ("cho.example",)


@pytest.fixture
def land(session):
    made = Land(session)
    made.harvest(gtin=GTIN)
    return made


def down(land, link_id, *, reason=WHY, heir_id="", actor=OFFICE):
    return land.run(take_down, link_id, reason=reason, heir_id=heir_id, actor=actor)


def test_a_link_is_taken_down_with_a_reason_that_is_kept_noted_and_told(land):
    link_id = keep(land)
    with pytest.raises(Invalid) as refusal:
        down(land, link_id, reason="  ")
    assert refusal.value.field == "reason"
    land.session.rollback()
    assert count(land.session, DlLink) == 1
    barred_id = down(land, link_id)
    assert count(land.session, DlLink) == 0
    (kept,) = barred_of(land.session, vendor_id=land.vendor_id)
    assert (kept.id, kept.href, kept.anchor, kept.reason) == (barred_id, SHOP, BASE, WHY)
    assert (kept.taken_by_name, kept.taken_at) == ("Trần Thị Lan", NOW)
    noted = land.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action == "link.taken_down")
    ).one()
    assert (noted.subject_id, noted.detail["reason"], noted.detail["href"]) == (link_id, WHY, SHOP)
    event = land.session.scalars(
        sa.select(OutboxMessage).where(OutboxMessage.kind == "LinkTakenDown")
    ).one()
    assert event.payload == {"barred_id": barred_id, "vendor_id": land.vendor_id}


@pytest.mark.parametrize(("lang", "said"), [("vi", "Sở"), ("en", "trade office")])
def test_the_vendor_is_told_why_in_its_language(land, lang, said):
    event = LinkTakenDown(down(land, keep(land)), land.vendor_id)
    with transaction(land.session):
        on_link_taken_down(land.session, event, NOW)
        on_link_taken_down(land.session, replace(event, barred_id="none"), NOW)
    (notice,) = land.session.scalars(sa.select(Notice))
    assert (notice.recipient, notice.template) == ("+84912345678", "traceability/link_down")
    known = notice.values | {"market": "Chợ Phiên", "public_url": "https://cho.example"}
    subject, text = render(notice.template, lang, known)
    assert "Chợ Phiên" in subject
    for part in (WHY, SHOP, BASE, f"/work/{land.vendor_id}/farm/codes"):
        assert part in text
    assert said in text or lang == "vi"


def test_only_the_office_does_and_nobody_for_his_own_vendor(land):
    link_id = keep(land)
    own = replace(member(land.vendor_id, "owner"), roles=OFFICE.roles)
    for actor, error in ((land.owner, NotAllowed), (STRANGER, NotAllowed), (own, NotFound)):
        with pytest.raises(error):
            down(land, link_id, actor=actor)
        land.session.rollback()
    assert office_links(land.session, LinkWish(), actor=own).items == []
    assert office_link(land.session, link_id, actor=own) is None
    with pytest.raises(NotAllowed):
        office_links(land.session, LinkWish(), actor=land.owner)
    barred_id = down(land, link_id)
    assert barred_links(land.session, actor=own).items == []
    for actor, error in ((land.owner, NotAllowed), (own, NotFound)):
        with pytest.raises(error):
            land.run(allow_again, barred_id, actor=actor)
        land.session.rollback()


def test_what_was_taken_down_is_not_kept_again_until_the_office_allows_it(land):
    barred_id = down(land, keep(land))
    for anchor in (BASE, f"{BASE}/10/L2611-001"):
        with pytest.raises(Invalid) as refusal:
            keep(land, anchor=anchor, title="Trang khác")
        assert refusal.value.field == "href"
        assert refusal.value.values["reason"] == WHY
        land.session.rollback()
    keep(land, href=f"{SHOP}/khac")
    land.run(allow_again, barred_id, actor=OFFICE)
    with pytest.raises(Conflict):
        land.run(allow_again, barred_id, actor=OFFICE)
    land.session.rollback()
    keep(land)
    (told,) = barred_links(land.session, actor=OFFICE).items
    assert (told.allowed_by_name, told.allowed_at) == ("Trần Thị Lan", NOW)
    assert barred_of(land.session, vendor_id=land.vendor_id) == []


def test_the_markets_page_follows_where_there_is_one(land):
    chosen = keep(land, is_default=True)
    keep(land, href=f"{SHOP}/2")
    down(land, chosen)
    # No link is the default: the code leads to the page of the market.
    assert [link.is_default for link in links_at(land.session, [BASE])] == [False]


def test_another_link_follows_if_the_office_names_it(land):
    chosen = keep(land, is_default=True)
    heir = keep(land, href=f"{SHOP}/2")
    down(land, chosen, heir_id=heir)
    assert [(link.id, link.is_default) for link in links_at(land.session, [BASE])] == [(heir, True)]


def test_a_number_that_only_links_know_never_leads_nowhere(land):
    licensed(land)
    base = keep(land, anchor=NEW)
    below = keep(land, anchor=f"{NEW}/21/S1", href=f"{SHOP}/s1")
    for heir_id in ("", "none", base):
        with pytest.raises(Invalid) as refusal:
            down(land, base, heir_id=heir_id)
        assert refusal.value.field == "heir_id"
        land.session.rollback()
    down(land, base, heir_id=below)
    # The link of the finer code is kept for the number itself, too.
    kept = {link.anchor: link for link in links_at(land.session, [NEW, f"{NEW}/21/S1"])}
    assert kept[NEW].href == kept[f"{NEW}/21/S1"].href == f"{SHOP}/s1"
    assert kept[NEW].is_default
    assert kept[f"{NEW}/21/S1"].is_default
    down(land, kept[f"{NEW}/21/S1"].id)
    down(land, kept[NEW].id)
    assert count(land.session, DlLink) == 0


def test_the_same_address_is_no_heir(land):
    licensed(land)
    base = keep(land, anchor=NEW)
    keep(land, anchor=f"{NEW}/21/S1")
    with pytest.raises(Conflict):
        down(land, base)
    land.session.rollback()
    assert count(land.session, BarredLink) == 0


def race(land, maker, link_id):
    def act(_number):
        with maker() as session, transaction(session):
            return take_down(session, link_id, reason=WHY, heir_id="", actor=OFFICE, now=NOW)

    return at_once(act, 2)


def test_two_officers_take_one_link_down_once(land, maker):
    link_id = keep(land)
    land.session.rollback()
    found = race(land, maker, link_id)
    assert sorted(type(one).__name__ for one in found) == ["NotFound", "str"]
    assert count(land.session, BarredLink) == 1


def test_two_officers_allow_one_address_once(land, maker):
    barred_id = down(land, keep(land))

    def act(_number):
        with maker() as session, transaction(session):
            return allow_again(session, barred_id, actor=OFFICE, now=NOW)

    land.session.rollback()
    assert sorted(type(one).__name__ for one in at_once(act, 2)) == ["Conflict", "NoneType"]
    noted = land.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "link.allowed"))
    assert len(noted.all()) == 1


def unlocked(meet):
    """Return what reads a row without a lock and lets two go on together from there."""

    def read(session, kind, row_id):
        found = session.get(kind, row_id, populate_existing=True)
        with suppress(BrokenBarrierError):
            meet.wait(timeout=2)
        return found

    return read


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
@pytest.mark.filterwarnings("ignore:DELETE statement on table")
def test_without_the_lock_one_link_is_taken_down_twice(land, maker, monkeypatch):
    """Negative control (guard removed): the proof above finds what the lock prevents."""
    link_id = keep(land)
    land.session.rollback()
    monkeypatch.setattr(barring, "lock", unlocked(Barrier(2)))
    found = race(land, maker, link_id)
    assert [type(one).__name__ for one in found] == ["str", "str"]
    assert count(land.session, BarredLink) == 2


# The watch: codes that lead to sites which are not ours.
def matters(land):
    land.session.rollback()
    rows = land.session.scalars(sa.select(WatchItem).order_by(WatchItem.id))
    return [(row.detail["site"], row.state) for row in rows]


def test_each_site_of_a_vendor_is_looked_at_once(land):
    first = keep(land, href="https://Vuonvai.example/a")
    keep(land, href="https://cho.example/v/htx")
    assert matters(land) == [("vuonvai.example", WatchState.OPEN)]
    item = land.session.scalars(sa.select(WatchItem)).one()
    assert (item.kind, item.vendor_id) == (WatchKind.OUTSIDE, land.vendor_id)
    land.run(decide_matter, item.id, action="dismiss", reason="Trang của vườn", actor=OFFICE)
    second = keep(land, href="https://vuonvai.example/b")
    assert matters(land) == [("vuonvai.example", WatchState.DISMISSED)]
    other = keep(land, href="https://vuonvai.example.evil.example/b")
    assert matters(land)[1:] == [("vuonvai.example.evil.example", WatchState.OPEN)]
    down(land, other)
    assert matters(land)[1:] == [("vuonvai.example.evil.example", WatchState.DONE)]
    for link_id in (first, second):
        land.run(remove_link, link_id, actor=land.owner)
    assert matters(land)[:1] == [("vuonvai.example", WatchState.DISMISSED)]


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_two_links_to_one_site_at_once_are_one_matter(land, maker, monkeypatch):
    """Both look for the matter before either has opened it: the second joins the first."""
    meet, looked = Barrier(2), watching._item

    def look(session, key):
        found = looked(session, key)
        if found is None:
            with suppress(BrokenBarrierError):
                meet.wait(timeout=2)
        return found

    def act(number):
        with maker() as session, transaction(session):
            facts = {"kind": WatchKind.OUTSIDE, "key": "site:x", "detail": {"site": "x.example"}}
            open_matter(session, **facts, vendor_id=land.vendor_id, now=NOW)

    monkeypatch.setattr(watching, "_item", look)
    assert at_once(act, 2) == [None, None]
    assert matters(land) == [("x.example", WatchState.OPEN)]
    opened = land.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "watch.open"))
    assert len(opened.all()) == 1


def test_sites_of_before_the_watch_are_opened_once_whatever_becomes_of_them(land):
    for place in ("https://cu.example/a", "https://cu.example/b", "https://cho.example/v/htx"):
        keep(land, href=place)
    dismissed = keep(land, href="https://vuonvai.example/a")
    with transaction(land.session) as session:
        session.execute(sa.delete(WatchItem).where(WatchItem.key.endswith(":cu.example")))
    item = land.session.scalars(sa.select(WatchItem)).one()
    land.run(decide_matter, item.id, action="dismiss", reason="Trang của vườn", actor=OFFICE)
    roots = ("https://cho.example", "https://id.cho.example")
    assert [land.run(watch_sites, roots=roots) for _ in range(2)] == [1, 0]
    assert sorted(matters(land)) == [
        ("cu.example", WatchState.OPEN),
        ("vuonvai.example", WatchState.DISMISSED),
    ]
    land.run(remove_link, dismissed, actor=land.owner)
    assert land.run(watch_sites, roots=roots) == 0


def test_links_are_found_by_code_address_title_vendor_and_site(land):
    inside = keep(land, href="https://cho.example/v/htx", title="Trang chợ")
    outside = keep(land, href="https://cho.example.vn/x", kind="recipeInfo", title="Công thức 100%")

    def found(**wish):
        return [one.id for one in office_links(land.session, LinkWish(**wish), actor=OFFICE).items]

    assert found() == [outside, inside]
    assert found(words=GTIN) == [outside, inside]
    assert found(words="EXAMPLE.vn") == [outside]
    assert found(words="100%") == [outside]
    assert found(words="Trang") == [inside]
    assert found(words="_") == []
    assert found(vendor_id="nobody") == []
    assert found(vendor_id=land.vendor_id, outside=OURS) == [outside]


@pytest.mark.usefixtures("now")
def test_an_officer_takes_a_link_down_through_the_pages(app_land, client, sign_in):
    app_land.harvest(gtin=GTIN)
    chosen = keep(app_land, is_default=True)
    heir = keep(app_land, href=f"{SHOP}/2", title="Trang thứ hai")
    app_land.session.rollback()
    sign_in(roles=["reviewer"])
    page = client.get("/office/links?lang=en&where=outside&q=vuonvai").text
    assert page.count("/office/links/") >= 2
    assert "vuonvai.example" in page
    one = f"/office/links/{chosen}"
    shown = client.get(one).text
    assert f'value="{heir}"' in shown
    wrong = post(client, f"{one}/take-down", {"reason": "", "heir_id": heir}, form=one)
    assert wrong.status_code == 422
    assert 'id="reason-error"' in wrong.text
    assert f'<option selected value="{heir}"' in wrong.text
    done = post(client, f"{one}/take-down", {"reason": WHY, "heir_id": heir}, form=one)
    assert done.location.endswith("/office/links")
    assert client.get(one).status_code == 404
    listed = client.get("/office/links/taken-down").text
    assert WHY in listed
    barred = app_land.session.scalars(sa.select(BarredLink.id)).one()
    app_land.session.rollback()
    # Its vendor reads it where it keeps its links.
    sign_in(vendor=app_land.vendor_id, vendor_roles=["owner"])
    codes = f"/work/{app_land.vendor_id}/farm/codes"
    assert WHY in client.get(codes).text
    told = {"anchor": BASE, "link_type": "pip", "href": SHOP, "title": "Trang"}
    told |= {"media_type": "", "hreflang": "", "context": ""}
    again = post(client, f"{codes}/links/new", told)
    assert again.status_code == 422
    assert WHY in again.text
    sign_in(roles=["approver"])
    address = f"/office/links/taken-down/{barred}/allow"
    assert post(client, address, form="/office/links/taken-down").status_code == 303

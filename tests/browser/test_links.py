"""Links of codes at the office: found, looked at, taken down; told to their vendor."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from kernel import clock
from kernel.actor import Actor
from kernel.db import transaction
from kernel.settings import load_settings
from shop.sessions import open_sessions
from tests.browser.conftest import DESK, PHONE
from tests.browser.test_pages import LANGUAGES, look, sign_in
from traceability.gs1.registering import LinkFacts
from traceability.models import Lot
from traceability.services.links import add_link

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-pages")]

LOT = "CP000DE5769B"
FILM = "https://phim.example/vuon-vai/mot-ngay-o-vuon-voi-bac-doanh?chat-luong=cao"
WHY = "Trang này rao bán hàng không rõ nguồn gốc."


@pytest.fixture(scope="module")
def kept(instance: Path, address: str) -> Iterator[tuple[str, str]]:
    """Links of a lot's code in the sample province; gives the vendor's id and a link's."""
    maker = open_sessions(load_settings({"INSTANCE_PATH": str(instance), "PUBLIC_URL": address}))
    with maker() as session, transaction(session):
        vendor_id = session.scalars(sa.select(Lot.vendor_id).where(Lot.trace_code == LOT)).one()
        owner = Actor(None, "Bác Doanh", frozenset(), {vendor_id: frozenset({"owner"})})
        ids = [
            add_link(
                session,
                vendor_id=vendor_id,
                facts=LinkFacts(f"/t/{LOT}", kind, href, title, is_default=kind == "pip"),
                roots=(address,),
                actor=owner,
                now=clock.now(),
            )
            for kind, href, title in (
                ("recipeInfo", "https://vuonvai.example/cong-thuc", "Chè vải hạt sen"),
                ("relatedVideo", FILM, "Một ngày ở vườn"),
                ("pip", "https://vuonvai.example/vai-thieu", "Vải thiều của vườn"),
            )
        ]
    yield vendor_id, ids[-1]
    maker.kw["bind"].dispose()


def test_an_officer_finds_a_link_and_takes_it_down(open_browser, kept):
    _vendor_id, link_id = kept
    wrong, page = [], open_browser(DESK).new_page()
    sign_in(page, "pheduyet@chophien.example")
    for lang in LANGUAGES:
        for name, path in (
            ("links", "/office/links"),
            ("links-outside", "/office/links?where=outside&q=vuonvai"),
            ("link", f"/office/links/{link_id}"),
        ):
            page.goto(f"{path}{'&' if '?' in path else '?'}lang={lang}")
            wrong += look(page, f"office-{name}", sizes=(PHONE, DESK))
    page.goto(f"/office/links/{link_id}?lang=vi")
    page.locator("#reason").fill(WHY)
    page.get_by_role("button", name="Gỡ xuống").click()
    page.wait_for_url("**/office/links")
    for lang in LANGUAGES:
        page.goto(f"/office/links/taken-down?lang={lang}")
        assert WHY in page.inner_text("main")
        wrong += look(page, "office-links-down", sizes=(PHONE, DESK))
    assert wrong == []

"""Papers on the desk: drawn page by page, turned, enlarged; identity papers for few."""

import io
import re

import pytest
import sqlalchemy as sa
from PIL import Image
from sqlalchemy.orm import sessionmaker

from kernel import pdf
from kernel.audit import AuditEntry
from kernel.db import transaction
from kernel.storage import Storage
from tests.conftest import post
from tests.people import sign_in_as
from tests.vendors.conftest import NOW, House
from tests.vendors.test_papers import document, picture
from tests.vendors.test_sealing import ALONE, NUMBER
from vendors import queries
from vendors.models import Vendor, VendorDocument
from vendors.rules import DocumentKind, VendorState
from vendors.services import applying, erasing, papers


@pytest.fixture
def house(app, now):
    with app.extensions[sessionmaker.__qualname__]() as session:
        yield House(session)


def text(answer):
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def three_pages(writer):
    writer.add_blank_page(200, 300)
    writer.add_blank_page(300, 200)


@pytest.fixture
def dossier(house, app):
    """An application under review of nobody yet: identity card, a PDF of three pages, a photo."""
    storage = app.extensions[Storage.__qualname__]
    vendor_id = house.draft(ALONE)
    kept = [
        papers.keep_paper(
            storage,
            vendor_id,
            kind=kind,
            file_name=name,
            content=papers.read_upload(data, most_bytes=10**7),
        )
        for kind, name, data in (
            (DocumentKind.IDENTITY, "cccd.jpg", picture(size=(60, 40))),
            (DocumentKind.REGISTRATION, "dkkd.pdf", document(three_pages)),
            (DocumentKind.OTHER, "vuon.png", picture("PNG", size=(90, 30))),
        )
    ]
    house.run(applying.add_papers, vendor_id, papers=kept, actor=house.owner)
    with transaction(house.session):
        vendor = house.session.get(Vendor, vendor_id)
        vendor.submitted_at, vendor.state = NOW, VendorState.UNDER_REVIEW
    return vendor_id


@pytest.fixture
def papers_by_kind(house, dossier):
    return {paper.kind: paper.id for paper in queries.papers(house.fresh(), dossier)}


@pytest.fixture
def reviewer(client, sign_in, house, dossier):
    """The officer who has the dossier, in the browser."""
    user_id = sign_in(roles=["reviewer"], name="Trần Thị Lan")
    with transaction(house.session):
        house.session.get(Vendor, dossier).reviewer_id = user_id
    return user_id


def looks(house):
    rows = house.fresh().scalars(
        sa.select(AuditEntry)
        .where(AuditEntry.action == "vendor.identity_seen")
        .order_by(AuditEntry.seq)
    )
    return [(row.actor_id, row.detail["what"], row.detail["paper"]) for row in rows]


def drawn(client, dossier, paper_id, number=1, more=""):
    answer = client.get(f"/office/vendors/{dossier}/papers/{paper_id}/pages/{number}{more}")
    assert answer.status_code == 200, answer.status_code
    assert answer.mimetype == "image/jpeg"
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    return Image.open(io.BytesIO(answer.data)).size


def test_the_first_paper_that_need_not_be_noted_is_open_beside_the_fields(
    client, reviewer, house, dossier, papers_by_kind
):
    page = text(client.get(f"/office/vendors/{dossier}"))
    first = papers_by_kind[DocumentKind.REGISTRATION]
    assert f'src="/office/vendors/{dossier}/papers/{first}/pages/1"' in page
    assert "1 / 3" in page
    assert looks(house) == []


def test_a_pdf_is_paged_through_turned_and_enlarged_by_links(
    client, reviewer, dossier, papers_by_kind
):
    paper = papers_by_kind[DocumentKind.REGISTRATION]
    page = text(client.get(f"/office/vendors/{dossier}?paper={paper}&sheet=2&turn=90&zoom=2"))
    picture_at = f"/office/vendors/{dossier}/papers/{paper}/pages/2?turn=90&amp;wide=1"
    assert f'src="{picture_at}"' in page
    assert "viewer-zoom-2" in page
    for change in ("turn=90&amp;zoom=2", "sheet=3&amp;turn=90&amp;zoom=2", "sheet=2&amp;turn=180"):
        assert f"?paper={paper}&amp;{change}" in page, change
    assert drawn(client, dossier, paper, 1) == (1400, 2100)
    assert drawn(client, dossier, paper, 3) == (1400, 934)
    assert drawn(client, dossier, paper, 3, "?turn=90") == (934, 1400)
    assert drawn(client, dossier, paper, 3, "?wide=1") == (2600, 1734)


def test_a_picture_is_turned_and_has_one_page(client, reviewer, dossier, papers_by_kind):
    paper = papers_by_kind[DocumentKind.OTHER]
    assert drawn(client, dossier, paper) == (90, 30)
    assert drawn(client, dossier, paper, 1, "?turn=270") == (30, 90)
    assert drawn(client, dossier, paper, 1, "?turn=45") == (90, 30)
    assert client.get(f"/office/vendors/{dossier}/papers/{paper}/pages/2").status_code == 404


@pytest.mark.parametrize(
    "words", ["sheet=99", "sheet=-1", "sheet=x", "turn=1", "zoom=1000", "paper=nothing", "turn=x"]
)
def test_a_strange_address_shows_the_nearest_that_there_is(client, reviewer, dossier, words):
    assert client.get(f"/office/vendors/{dossier}?{words}").status_code == 200


def test_a_page_that_is_not_there_is_refused(client, reviewer, dossier, papers_by_kind):
    paper = papers_by_kind[DocumentKind.REGISTRATION]
    for number in (0, 4, 10**9):
        answer = client.get(f"/office/vendors/{dossier}/papers/{paper}/pages/{number}")
        assert answer.status_code == 422
    for number in ("-1", "x"):
        answer = client.get(f"/office/vendors/{dossier}/papers/{paper}/pages/{number}")
        assert answer.status_code == 404


def test_each_look_of_the_officer_in_charge_is_noted(
    client, reviewer, house, dossier, papers_by_kind
):
    card = papers_by_kind[DocumentKind.IDENTITY]
    page = text(client.get(f"/office/vendors/{dossier}?paper={card}"))
    assert f"/papers/{card}/pages/1" in page
    assert looks(house) == []
    assert drawn(client, dossier, card) == (60, 40)
    assert client.get(f"/office/vendors/{dossier}/papers/{card}").status_code == 200
    answer = post(client, f"/office/vendors/{dossier}/identity", form=f"/office/vendors/{dossier}")
    assert NUMBER in text(answer)
    assert looks(house) == [
        (reviewer, ["identity"], card),
        (reviewer, ["identity"], card),
        (reviewer, ["number"], ""),
    ]


def test_a_colleague_sees_everything_else_but_not_the_card(
    client, reviewer, app, house, dossier, papers_by_kind
):
    colleague = app.test_client()
    sign_in_as(app, colleague, now=NOW, roles=["reviewer"])
    card, other = papers_by_kind[DocumentKind.IDENTITY], papers_by_kind[DocumentKind.OTHER]
    page = text(colleague.get(f"/office/vendors/{dossier}?paper={card}"))
    assert "/pages/" not in page
    assert NUMBER not in page
    assert "•••• 1234" in page
    assert drawn(colleague, dossier, other) == (90, 30)
    for path in (f"papers/{card}", f"papers/{card}/pages/1"):
        assert colleague.get(f"/office/vendors/{dossier}/{path}").status_code == 403
    answer = post(
        colleague, f"/office/vendors/{dossier}/identity", form=f"/office/vendors/{dossier}"
    )
    assert answer.status_code == 403
    assert NUMBER not in text(answer)
    assert looks(house) == []


@pytest.mark.parametrize(
    ("roles", "status"),
    [(["finance"], 403), (["statistics"], 403), (["operator"], 403), ([], 403)],
)
def test_who_is_not_at_this_desk_sees_nothing(
    client, sign_in, house, dossier, papers_by_kind, roles, status
):
    sign_in(roles=roles)
    card = papers_by_kind[DocumentKind.IDENTITY]
    for path in (f"papers/{card}", f"papers/{card}/pages/1"):
        assert client.get(f"/office/vendors/{dossier}/{path}").status_code == status
    assert looks(house) == []


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("seller", 403), ("finance", 403)])
def test_of_the_vendors_people_only_the_owner_gets_the_card_back(
    client, sign_in, dossier, papers_by_kind, role, status
):
    sign_in(vendor=dossier, vendor_roles=[role])
    card, other = papers_by_kind[DocumentKind.IDENTITY], papers_by_kind[DocumentKind.OTHER]
    assert client.get(f"/apply/{dossier}/papers/{card}").status_code == status
    assert client.get(f"/apply/{dossier}/papers/{other}").status_code == 200


def test_a_stranger_learns_nothing_of_a_paper(client, sign_in, dossier, papers_by_kind):
    sign_in()
    card = papers_by_kind[DocumentKind.IDENTITY]
    assert client.get(f"/apply/{dossier}/papers/{card}").status_code == 404


def test_an_erased_card_is_shown_as_erased(client, reviewer, app, house, dossier, papers_by_kind):
    storage = app.extensions[Storage.__qualname__]
    house.run(erasing.erase_identity, dossier, forget=storage.delete)
    card = papers_by_kind[DocumentKind.IDENTITY]
    page = text(client.get(f"/office/vendors/{dossier}?paper={card}"))
    assert "/pages/" not in page
    assert client.get(f"/office/vendors/{dossier}/papers/{card}/pages/1").status_code == 410
    answer = post(client, f"/office/vendors/{dossier}/identity", form=f"/office/vendors/{dossier}")
    assert answer.status_code == 200
    assert NUMBER not in text(answer)


def test_a_pdf_that_cannot_be_drawn_is_no_crash(
    client, reviewer, house, app, dossier, papers_by_kind
):
    paper = papers_by_kind[DocumentKind.REGISTRATION]
    key = house.fresh().get(VendorDocument, paper).storage_key
    app.extensions[Storage.__qualname__].put(key, b"%PDF-1.7 nothing", "application/pdf")
    assert client.get(f"/office/vendors/{dossier}/papers/{paper}/pages/1").status_code == 422


def test_a_page_as_wide_as_a_street_is_drawn_within_bounds():
    def street(writer):
        writer.pages[0].mediabox.upper_right = (14_000, 20)

    size = Image.open(io.BytesIO(pdf.draw_page(document(street), 1, width=2600))).size
    assert max(size) <= 3600


def test_an_officer_who_works_for_the_vendor_does_not_judge_its_card(
    client, sign_in, dossier, papers_by_kind
):
    sign_in(roles=["approver"], vendor=dossier, vendor_roles=["seller"])
    card = papers_by_kind[DocumentKind.IDENTITY]
    assert client.get(f"/office/vendors/{dossier}/papers/{card}/pages/1").status_code == 403

"""A vendor from application to signed decision to its first offer, and to its certificate's end."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from kernel import clock
from tests.browser.buyers import Buyer, Contact
from tests.browser.conftest import PHONE, free_port
from tests.browser.moving import MovingMarket, moving_market
from tests.browser.scene import Scene, photo
from tests.browser.sellers import Cooperative, Officer
from tests.vendors.signatures import Authority

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-walk")]

AUTHORITY = Authority("CA Hải Phòng")
DAYS_LEFT = 20
DAYS_TO_VISIT = 6
WORDS = {
    "person": "Phạm Thị Lúa",
    "contact": "lua@dongsen.example",
    "vendor": "HTX Rau hữu cơ Đồng Sen",
    "tax_code": "0809876545",
    "phone": "0912 345 603",
    "address": "Thôn Đồng Sen",
    "asked": "Bạn chụp lại giấy đăng ký, dòng mã số thuế bị mờ.",
    "purpose": "Xem luống rau, kho phân ủ và nhật ký sản xuất.",
    "found": "Luống rau sạch cỏ, nhật ký ghi đủ, kho gọn.",
    "farm": "Vườn Đồng Sen",
    "story": "Rau trồng trên đất bãi, bón phân ủ.",
    "plot": "Luống cạnh ao",
    "crop": "Cải ngọt",
    "shelf": "Rau củ",
    "typed": "cai ngot dong sen",
    "title_vi": "Cải ngọt hữu cơ Đồng Sen",
    "title_en": "Organic choy sum of Đồng Sen",
    "title": "Cải ngọt hữu cơ Đồng Sen",
    "summary_vi": "Lá non, cọng giòn, cắt trong ngày.",
    "summary_en": "Young leaves, crisp stems, cut on the day.",
    "summary": "Lá non, cọng giòn, cắt trong ngày.",
}


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    return tmp_path / "market"


@pytest.fixture
def market(instance: Path, tmp_path: Path, monkeypatch) -> Iterator[MovingMarket]:
    """A market that trusts one authority's signatures."""
    roots, port = tmp_path / "roots", free_port()
    roots.mkdir()
    (roots / "root.pem").write_bytes(AUTHORITY.pem())
    for name, value in {
        "MARKET_ENV": "demo",
        "INSTANCE_PATH": str(instance),
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "SIGNING_ROOTS": str(roots),
        "LOG_LEVEL": "ERROR",
    }.items():
        monkeypatch.setenv(name, value)
    with moving_market() as running:
        yield running


@pytest.fixture
def address(market: MovingMarket) -> str:
    return market.settings.public_url


@pytest.fixture
def scene(open_browser, tmp_path: Path, instance: Path) -> Scene:
    return Scene(
        name="vetting",
        lang="vi",
        size=PHONE,
        open_browser=open_browser,
        folder=tmp_path,
        instance=instance,
    )


class Grower(Cooperative):
    """A cooperative that sells what is organic only as long as its certificate holds."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene, WORDS, clock.local_date(clock.now()))
        self.offers = ("organic",)

    def hand_in_papers(self) -> None:
        self.write_certificate()
        super().hand_in_papers()

    def write_certificate(self) -> None:
        card = self.page.locator("#line-organic")
        card.locator('[name="number"]').fill("HC-2026-118")
        card.locator('[name="issuer"]').fill("VinaCert")
        card.locator('[name="valid_from"]').fill(self.day(-340))
        card.locator('[name="last_day"]').fill(self.day(DAYS_LEFT))
        card.get_by_role("button", name=self.say("Save the certificate")).click()
        self.sees("HC-2026-118")


class Judge(Officer):
    """An officer who sees a dossier through to its signed decision."""

    lines = ("identity", "registration", "food_safety", "organic")

    def plan_visit(self, grower: Grower, day: str) -> None:
        self.find_dossier(grower)
        self.page.get_by_role("main").locator('a[href$="/visits/new"]').click()
        self.fill(day=day, purpose=WORDS["purpose"])
        self.keep("visit-plan")
        self.press("Schedule a visit")
        self.sees(WORDS["purpose"])

    def write_minutes(self, grower: Grower) -> None:
        """Stand in the field with a telephone: a photo, the position, what was found."""
        self.go("/office/visits")
        self.keep("visits")
        self.follow(grower.words["vendor"])
        self.page.get_by_role("main").locator('a[href$="/record"]').click()
        self.field("photos").set_input_files(photo(self.scene.folder, "luong.jpg"))
        self.page.locator('[name="do"][value="photos"]').click()
        expect(self.page.locator(".visit-photos img")).to_have_count(1)
        self.fill(lat="20,9374", lon="106,3146", findings=WORDS["found"], result="passed")
        self.fill(present=WORDS["person"], signed_by=WORDS["person"])
        self.keep("visit-minutes")
        self.page.locator('[name="do"][value="close"]').click()
        self.sees(WORDS["found"])
        self.keep("visit-held")

    def find_dossier(self, grower: Grower) -> None:
        self.go(f"/office/vendors/{grower.vendor_id}?state=all")
        self.is_at(grower.words["vendor"])

    def draft_decision(self) -> None:
        self.follow("Documents")
        self.page.get_by_role("main").locator('a[href*="/decisions/new/recognition"]').click()
        self.sees("recognition" if self.scene.lang == "en" else "công nhận")
        self.keep("decision-draft")
        self.press("Save as a draft")
        self.press("Issue with a number")
        self.reads("PDF to sign")
        self.keep("decision-numbered")

    def sign_outside(self) -> bytes:
        """Take the PDF, sign it with one's own certificate, bring it back."""
        with self.page.expect_download() as coming:
            self.page.get_by_role("link", name=self.say("PDF to sign"), exact=True).evaluate(
                "link => { link.download = 'decision.pdf'; link.click() }"
            )
        issued = Path(coming.value.path()).read_bytes()
        self.bring_back(issued)
        self.reads("This PDF carries no signature.")
        signed = AUTHORITY.sign(issued)
        self.bring_back(signed)
        self.sees("Phạm Văn Hùng")
        self.keep("decision-signed")
        return signed

    def bring_back(self, data: bytes) -> None:
        path = self.scene.folder / "signed.pdf"
        path.write_bytes(data)
        self.field("file").set_input_files(path)
        self.press("Check and keep")

    def lookup_code(self) -> str:
        address = self.page.locator('main a[href*="/verify/"]').first.get_attribute("href")
        return str(address).rsplit("/", 1)[-1]


# The small server of this test leaves a file open when the browser goes on while a page loads.
@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_from_application_to_signed_decision(scene, market):
    with scene:
        grower = Grower(scene)
        apply(grower)
        ask_and_answer(scene, market, grower)
        visit(scene, market, grower)
        approve_and_sign(scene, market, grower)
        offer(scene, market, grower)
        shopper = find(scene)
        lapse(scene, market, grower, shopper)
        renew(scene, market, grower, shopper)


def apply(grower: Grower) -> None:
    grower.sign_up()
    grower.tell_who()
    grower.tell_person()
    grower.tell_where()
    grower.hand_in_papers()


def ask_and_answer(scene: Scene, market: MovingMarket, grower: Grower) -> None:
    reviewer = Judge(scene)
    reviewer.arrive("thamdinh@chophien.example")
    reviewer.open_dossier(WORDS["vendor"])
    reviewer.take()
    reviewer.ask_for(WORDS["asked"])
    market.work()
    scene.wait_for_message(WORDS["contact"], WORDS["asked"])
    grower.answer(WORDS["asked"])


def visit(scene: Scene, market: MovingMarket, grower: Grower) -> None:
    """Look at the place: the vendor is told before, and reads the minutes afterwards."""
    inspector = Judge(scene)
    inspector.arrive("thamdinh@chophien.example")
    inspector.plan_visit(grower, grower.day(DAYS_TO_VISIT))
    market.work()
    scene.wait_for_message(WORDS["contact"], WORDS["purpose"])
    market.pass_days(DAYS_TO_VISIT)
    # Officers' sign-ins do not last for days.
    inspector.arrive("thamdinh@chophien.example")
    inspector.write_minutes(grower)
    grower.go(f"/apply/{grower.vendor_id}")
    grower.sees(WORDS["found"])
    grower.keep("status-visited")


def approve_and_sign(scene: Scene, market: MovingMarket, grower: Grower) -> None:
    approver = Judge(scene)
    approver.arrive("pheduyet@chophien.example")
    approver.find_dossier(grower)
    approver.take()
    approver.press("Verify")
    approver.approve_vendor()
    market.work()
    grower.learn_of_approval()
    approver.find_dossier(grower)
    approver.draft_decision()
    signed = approver.sign_outside()
    anybody_verifies(scene, approver.lookup_code(), signed)


def anybody_verifies(scene: Scene, code: str, signed: bytes) -> None:
    """Look a decision up by its code and compare a copy, without an account."""
    reader, copy = Buyer(scene, Contact("", "")), scene.folder / "copy.pdf"
    reader.go("/verify")
    reader.fill(q=code)
    reader.press("Check")
    reader.reads("This document is valid.")
    reader.sees(WORDS["vendor"], "Phạm Văn Hùng")
    for data, answer in (
        (signed, "Yes: byte for byte the signed document."),
        (signed + b"%", "No: this file is not the document kept here."),
    ):
        copy.write_bytes(data)
        reader.field("file").set_input_files(copy)
        reader.press("Compare")
        reader.reads(answer)
    reader.keep("verified")


def offer(scene: Scene, market: MovingMarket, grower: Grower) -> None:
    grower.go(f"/apply/{grower.vendor_id}")
    grower.record_farm()
    grower.write("care", done_on=grower.day(-10), note="Nhổ cỏ bằng tay")
    grower.harvest()
    grower.write_listing(claims=("organic",))
    grower.add_photo()
    grower.fill_stock()
    grower.submit_listing()
    officer = Judge(scene)
    officer.arrive("thamdinh@chophien.example")
    officer.approve_listing(WORDS["title"])
    market.work()


class Shopper(Buyer):
    """Somebody who looks for one offer everywhere; ``path`` is where it was found."""

    path = ""

    def looks_everywhere(self) -> tuple[bool, bool, bool, int]:
        """Tell whether it is on its shelf, in search and in the sitemap, and what its page says."""
        code = self.path.split("/")[2]
        places = ("/c/rau-cu", f"/search?q={WORDS['typed']}", "/sitemap/1.xml")
        shelf, search, sitemap = (f"/l/{code}" in self.text(place) for place in places)
        return shelf, search, sitemap, self.page.request.get(self.path).status

    def text(self, path: str) -> str:
        return self.page.request.get(path).text()


def find(scene: Scene) -> Shopper:
    shopper = Shopper(scene, Contact("", ""))
    shopper.find(WORDS["typed"], WORDS["title"])
    shopper.path = urlsplit(shopper.page.url).path
    assert shopper.looks_everywhere() == (True, True, True, 200)
    return shopper


def lapse(scene: Scene, market: MovingMarket, grower: Grower, shopper: Shopper) -> None:
    """Let the certificate end: one run of the worker takes the offer from everywhere."""
    market.pass_days(DAYS_LEFT - 6)
    market.work()
    scene.wait_for_message(WORDS["contact"], WORDS["title"])
    assert shopper.looks_everywhere()[-1] == 200
    market.pass_days(DAYS_LEFT + 1)
    market.work()
    assert shopper.looks_everywhere() == (False, False, False, 410)


def renew(scene: Scene, market: MovingMarket, grower: Grower, shopper: Shopper) -> None:
    """Let the office verify a new certificate: the offer is back at once."""
    grower.go(f"/work/{grower.vendor_id}/certificates")
    grower.sees("HC-2026-118")
    grower.keep("certificate-lapsed")
    days = {"valid_from": grower.day(DAYS_LEFT), "last_day": grower.day(DAYS_LEFT + 700)}
    grower.fill(scheme="organic", number="HC-2027-009", issuer="VinaCert", **days)
    grower.press("Save")
    assert shopper.looks_everywhere()[-1] == 410
    reviewer = Judge(scene)
    reviewer.arrive("thamdinh@chophien.example")
    reviewer.go("/office/certificates?standing=unverified&q=HC-2027-009")
    reviewer.page.get_by_role("main").get_by_role("link", name="HC-2027-009").click()
    reviewer.sees(WORDS["vendor"], WORDS["title"])
    reviewer.keep("certificate")
    reviewer.press("Verify")
    market.work()
    shopper.find(WORDS["typed"], WORDS["title"])
    assert shopper.looks_everywhere() == (True, True, True, 200)

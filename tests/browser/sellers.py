"""Those who sell and those who let them: a cooperative and the trade office."""

import re
from datetime import date, timedelta
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.scene import Person, Scene, decode, paper, photo


class Cooperative(Person):
    """Somebody who applies for a cooperative and then sells."""

    def __init__(self, scene: Scene, words: dict[str, str], today: date) -> None:
        super().__init__(scene)
        self.words, self.today = words, today
        self.offers = ("handicraft",)
        self.vendor_id = self.season = self.lot = self.listing = ""

    # --- the application ---

    def sign_up(self) -> None:
        self.go("/sign-up?next=/apply")
        self.keep("sign-up")
        self.fill(
            name=self.words["person"],
            contact=self.words["contact"],
            password="muoi hai con vit troi",
        )
        self.press("Sign up")
        self.reads("Have this at hand")
        self.keep("apply")

    def tell_who(self) -> None:
        self.follow("Start the application")
        self.fill(
            legal_form="cooperative",
            name=self.words["vendor"],
            registration_no=self.words["tax_code"],
        )
        for offer in self.offers:
            self.choose("sells", offer)
        self.keep("apply-who")
        self.press("Save and go on")
        self.reads("Who answers for it?")
        self.vendor_id = re.search(r"/apply/(\w{26})/", self.page.url)[1]

    def tell_person(self) -> None:
        self.fill(full_name=self.words["person"], number="030080001234", birthday="1980-05-17")
        self.keep("apply-person")
        self.press("Save and go on")

    def tell_where(self) -> None:
        self.fill(commune_search="thanh ha")
        commune = self.page.locator('[name="commune"][value="vn-2025:10813"]')
        expect(commune).to_have_attribute("type", "radio")  # the list has narrowed down
        commune.check()
        self.fill(
            address=self.words["address"],
            phone=self.words["phone"],
            email=self.words["contact"],
        )
        self.keep("apply-where")
        self.press("Save and go on")

    def hand_in_papers(self) -> None:
        registration = paper(
            self.scene.folder,
            "dang-ky.jpg",
            "GIAY CHUNG NHAN",
            "DANG KY HOP TAC XA",
            self.words["tax_code"],
        )
        card = paper(self.scene.folder, "can-cuoc.jpg", "CAN CUOC CONG DAN")
        self.upload_paper("identity", card)
        self.upload_paper("registration", registration)
        self.reads("Everything we need is here. More papers are welcome, now or later.")
        self.keep("apply-papers")
        self.follow("Go on")
        self.hand_in()
        self.reads("The trade office has your application. You hear from it by message, and here.")
        self.keep("status-submitted")

    def upload_paper(self, line: str, path: Path) -> None:
        """Take a photo on the card of one line, as the camera of a phone gives it."""
        card = self.page.locator(f"#line-{line}")
        card.locator("input[capture]").set_input_files(path)
        card.get_by_role("button", name=self.say("Upload"), exact=True).click()
        self.sees(path.name)

    def hand_in(self) -> None:
        self.sees(self.words["vendor"], self.words["address"])
        self.field("declares").check()
        self.field("consent").check()
        self.keep("apply-check")
        self.press("Hand in")

    def answer(self, asked: str) -> None:
        """Read what the office asks, add it and hand in again."""
        self.go(f"/apply/{self.vendor_id}")
        self.sees(asked)
        self.keep("status-asked")
        self.follow("Add what is asked and hand in again")
        self.page.get_by_role("main").locator('a[href*="/papers"]').last.click()
        safety = paper(self.scene.folder, "an-toan-thuc-pham.jpg", "CAM KET", "AN TOAN THUC PHAM")
        self.page.locator("details.more-papers > summary").click()
        self.page.locator("#line-other details > summary").click()
        self.page.locator('#line-other [name="kind"]').select_option("food_safety")
        self.upload_paper("other", safety)
        self.follow("Go on")
        self.hand_in()

    def learn_of_approval(self) -> None:
        self.go(f"/apply/{self.vendor_id}")
        self.reads("You may sell. Record your farm, then put up your first offer.")
        self.keep("status-approved")

    # --- the farm ---

    def record_farm(self) -> None:
        self.follow("To your workspace")
        self.reads("What waits today")
        self.keep("workspace")
        self.follow("Write the farm diary")
        self.follow("Add your farm")
        self.fill(name=self.words["farm"], commune="vn-2025:10813", story=self.words["story"])
        self.keep("farm-form")
        self.press("Save")
        self.fill(name=self.words["plot"], area="5", area_unit="sao")
        self.keep("farm-plot")
        self.press("Save")
        self.fill(crop=self.words["crop"], started_on=self.day(-90))
        self.press("Save")
        self.is_at(self.words["crop"])
        self.season = self.page.url
        self.go(f"/work/{self.vendor_id}/farm")
        self.sees(self.words["farm"], self.words["plot"], self.words["crop"], self.shown(-90))
        self.keep("farm")

    def write_diary(self) -> None:
        self.write("fertiliser", done_on=self.day(-60), input_name="Phân ủ vỏ trấu", dose="200 kg")
        self.write(
            "spray",
            done_on=self.day(-20),
            input_name="Trichoderma 3.2 WP",
            phi_days="7",
            dose="20 g / 16 l",
        )
        self.write("care", done_on=self.day(-10), note=self.words["note"])
        self.sees("Trichoderma 3.2 WP", self.words["note"], self.shown(-20))
        self.keep("diary")

    def write(self, activity: str, **entry: str) -> None:
        self.go(self.season)
        self.follow("Write the diary")
        if activity == "fertiliser":
            self.keep("diary-activities")
        self.page.locator(f'a[href*="activity={activity}"]').click()
        self.fill(**entry)
        if activity == "spray":
            self.keep("diary-spray")
        self.press("Save")

    def harvest(self) -> None:
        self.follow("Harvest")
        self.fill(quantity="120", unit="kg", harvested_on=self.day(-1))
        self.keep("harvest")
        self.press("Save the harvest")
        self.sees("120 kg", self.shown(-1))
        self.keep("lot")
        self.lot = self.page.url

    def print_label(self) -> str:
        """Make a sheet of labels and read the code of one as a phone does."""
        self.go(self.lot)
        self.follow("Print labels")
        self.press("Make the labels")
        shown = self.page.locator(".label-look")
        expect(shown).to_be_visible()
        self.keep("labels")
        return decode(shown, self.scene.folder / "label.png")

    # --- the offer ---

    def open_folds(self):
        """Open the parts of a form that are folded up."""
        closed = self.page.get_by_role("main").locator("details.fold:not([open]) > summary")
        while closed.count():
            closed.first.click()

    def write_listing(self, claims: tuple[str, ...] = ()) -> None:
        self.go(f"/work/{self.vendor_id}/")
        self.follow("Offers")
        self.follow("New offer")
        self.keep("offer-kinds")
        self.page.locator('a[href$="/new/produce"]').click()
        self.fill(
            title_vi=self.words["title_vi"],
            summary_vi=self.words["summary_vi"],
            unit="gram",
        )
        self.field("category_id").select_option(label=self.words["shelf"])
        packs = {
            "packs-0-size": "1 kg",
            "packs-0-price": "45.000",
            "packs-1-size": "5 kg",
            "packs-1-price": "200k",
        }
        self.fill(**packs)
        self.open_folds()
        self.field("farm_id").select_option(label=self.words["farm"])
        self.field("lot_id").select_option(index=1)
        for claim in claims:
            self.choose("schemes", claim)
        self.fill(title_en=self.words["title_en"], summary_en=self.words["summary_en"])
        self.keep("offer-form")
        self.press("Save")
        self.is_at(self.words["title"])
        self.sees("200.000 ₫")
        self.listing = self.page.url

    def add_photo(self) -> None:
        self.follow("Pictures")
        self.field("file").set_input_files(photo(self.scene.folder, "qua.jpg"))
        self.fill(alt_vi=self.words["summary_vi"], alt_en=self.words["summary_en"])
        self.press("Add")
        shown = self.page.get_by_role("img", name=self.words["summary"])
        expect(shown).to_be_visible()
        assert shown.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") > 0
        self.keep("offer-photos")

    def fill_stock(self) -> None:
        self.go(self.listing)
        self.fill(amount="120 kg", way="+harvest")
        self.press("Change the stock")
        self.reads("The stock is changed.")
        self.sees("120 kg")

    def submit_listing(self) -> None:
        self.press("Submit to the trade office")
        self.reads("Submitted")
        self.keep("offer-submitted")

    # --- orders ---

    def open_order(self, name: str) -> None:
        """Open the newest order of this buyer."""
        self.go(f"/work/{self.vendor_id}/orders")
        self.keep("vendor-orders")
        self.follow(name)
        self.sees(name, self.words["title"])

    def day(self, days: int) -> str:
        """Return a day from today as a date field takes it."""
        return (self.today + timedelta(days=days)).isoformat()

    def shown(self, days: int) -> str:
        """Return a day from today as pages show it."""
        return (self.today + timedelta(days=days)).strftime("%d/%m/%Y")


class Officer(Person):
    """Somebody of the office: password and a second step."""

    lines: tuple[str, ...] = ("identity", "registration")
    """Keys of the lines that are needed of the vendor."""

    def arrive(self, contact: str) -> None:
        self.sign_in(contact)
        self.reads("Second step")
        self.keep("second-step")
        self.second_step()
        self.go("/office/")
        self.keep("office")

    def open_dossier(self, vendor: str) -> None:
        self.go("/office/vendors")
        self.keep("office-queue")
        self.follow(vendor)
        self.is_at(vendor)

    def take(self) -> None:
        self.press("Take")
        self.reads("Under review")

    def ask_for(self, what: str) -> None:
        self.sees("dang-ky.jpg")
        self.page.locator(".decision [name=reason]").fill(what)
        self.keep("office-dossier")
        self.press("Ask for more")
        self.reads("Done. The vendor is told.")
        self.reads("More information requested")

    def approve_vendor(self) -> None:
        self.sees("an-toan-thuc-pham.jpg")
        self.press("Approve")
        self.sees(self.say("Not judged yet:"))
        self.accept_lines()
        self.keep("office-judged")
        self.press("Approve")
        self.reads("Approved")
        self.keep("office-approved")

    def accept_lines(self) -> None:
        """Accept line after line until none that is needed waits."""
        self.page.evaluate("() => { window.same = true }")
        for key in self.lines:
            line = self.page.locator(f"#line-{key}")
            line.locator('[name="verdict"][value="accept"]').click()
            expect(line).to_contain_text(self.say("Accepted"))
        self.reads("All needed points are accepted or waived.")
        assert self.page.evaluate("() => window.same"), "the page was loaded anew"

    def approve_listing(self, title: str) -> None:
        self.go("/office/listings")
        self.follow(title)
        self.sees(title, "45.000 ₫")
        self.keep("office-listing")
        self.press("Approve")
        self.reads("Done.")

    def confirm_transfer(self, memo: str, amount: str) -> None:
        """Find a transfer by its memo and confirm that the money is here."""
        self.go(f"/office/finance?q={memo}")
        self.page.get_by_role("link", name=memo).click()
        self.sees(amount)
        self.fill(bank_ref=f"FT{memo}")
        self.keep("finance-transfer")
        self.press("The money is here")
        self.reads("The transfer is booked.")


class Host(Person):
    """Somebody of the sample province who shows guests the farm."""

    def expect_guests(self, name: str, code: str, day: str) -> None:
        """See who comes; at the gate their code is known, and so is its day."""
        self.go("/work/")
        self.follow("Visits")
        expect(self.page.get_by_role("heading", name=day).first).to_be_visible()
        self.sees(name)
        self.fill(code=code)
        self.press("Check in")
        expect(self.field("code")).to_have_attribute("aria-invalid", "true")
        self.sees(day)
        self.keep("host-visits")

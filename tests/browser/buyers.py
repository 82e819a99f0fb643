"""Those who buy: a guest, somebody with an account, somebody who scans a bag."""

import re
from dataclasses import dataclass

from playwright.sync_api import expect

from payments.vietqr import decode as decode_vietqr
from tests.browser.scene import Person, Scene, decode


@dataclass(frozen=True)
class Contact:
    """How sellers reach a buyer."""

    name: str
    phone: str
    email: str = ""


class Buyer(Person):
    """Somebody with a basket."""

    def __init__(self, scene: Scene, contact: Contact) -> None:
        super().__init__(scene)
        self.contact = contact
        self.order = self.code = ""

    # --- finding ---

    def search(self, typed: str) -> None:
        """Type words into the search of the home page."""
        self.go("/")
        self.page.locator("#find").fill(typed)
        self.page.locator("#find").press("Enter")
        expect(self.page.locator("#find")).to_have_value(typed)

    def find(self, typed: str, title: str) -> None:
        """Find an offer by typing and open its page."""
        self.search(typed)
        self.until(title)
        self.keep("search")
        self.page.get_by_role("main").get_by_role("link", name=title).first.click()
        self.is_at(title)

    # --- the basket ---

    def take_pack(self, label: str, quantity: str) -> None:
        self.page.locator(".packs label", has_text=label).click()
        self.page.locator('.buy [name="quantity"]').fill(quantity)
        self.page.locator(".buybar button[type=submit]").click()
        expect(self.page).to_have_url(re.compile("/basket$"))

    def book_seats(self) -> str:
        """Book two seats on the last date on offer; return it as day/month."""
        date = self.page.locator(".dates label:has(input:enabled)").last
        date.click()
        day = re.search(r"\d\d/\d\d", date.inner_text())
        assert day is not None
        self.keep("visit")
        expect(self.page.locator('.buy [name="quantity"]')).to_have_value("2")
        self.page.locator(".buybar button[type=submit]").click()
        expect(self.page).to_have_url(re.compile("/basket$"))
        return day[0]

    # --- the checkout ---

    def go_to_checkout(self, *sees: str) -> None:
        self.sees(*sees)
        self.keep("basket")
        self.press("Go to checkout")

    def give_contact(self) -> None:
        self.fill(contact_name=self.contact.name, contact_phone=self.contact.phone)
        if self.contact.email:
            self.fill(contact_email=self.contact.email)

    def have_delivered(self, address: str) -> None:
        self.choose("delivery", "delivery")
        self.fill(commune="vn-2025:10532", address=address)

    def collect(self, point: str) -> None:
        self.choose("delivery", "collection")
        self.page.locator("label.choice", has_text=point).locator("input").check()

    def review(self, method: str, total: str) -> None:
        """Choose how to pay and see everything once more."""
        self.choose("method", method)
        self.keep("checkout")
        self.press("See everything once more")
        self.sees(self.contact.name, total)

    def total(self) -> str:
        """Return what is to be paid."""
        return self.page.locator(".sums-total dd").inner_text()

    def place(self, message: str, total: str) -> None:
        self.field("terms").check()
        self.keep("checkout-review")
        self.press(message, total=total)

    def note_order(self) -> None:
        """Note the address and the code of the order that is shown."""
        expect(self.page).to_have_url(re.compile("/o/"))
        self.order = self.page.url
        self.code = re.search(r"/o/([^?]+)", self.order)[1]
        self.sees(self.code)

    # --- paying ---

    def pay_by_card(self, total: str) -> None:
        """Pay at the card company's page and come back to an order that is paid."""
        self.reads("Test card page")
        self.sees(total)
        self.keep("card")
        self.press("Pay with the test card")
        self.note_order()
        self.see_paid()

    def read_vietqr(self, amount: int) -> str:
        """Scan the bank code on the screen and return its memo."""
        box = self.page.locator('img[src*="/qr.svg"]')
        expect(box).to_be_visible()
        self.keep("order-vietqr")
        transfer = decode_vietqr(decode(box, self.scene.folder / "vietqr.png"))
        assert transfer.amount_vnd == amount
        self.sees(transfer.memo)
        return transfer.memo

    def see_paid(self) -> None:
        """Look at the order until the worker has told it of the money."""
        self.go(self.order)
        self.until(self.say("Waiting for the seller to confirm."))
        expect(self.page.get_by_role("complementary")).to_contain_text(self.say("Paid"))
        self.keep("order-paid")

    def booking_code(self) -> str:
        """Return the code to be shown at the gate."""
        self.until(self.say("Your seats are booked. Show the code at the gate."))
        line = self.page.locator("p", has_text=self.say("Booking code"))
        return str(line.locator("b").inner_text())

    # --- afterwards ---

    def see_state(self, message: str) -> None:
        self.go(self.order)
        self.reads(message)

    def write_review(self, title: str, words: str) -> None:
        self.page.get_by_text(self.say("Review: %(title)s", title=title)).click()
        self.choose("rating", "5")
        self.fill(body=words)
        self.keep("review")
        self.press("Send the review")

    def scan(self, address: str) -> None:
        """Open what the code on a bag leads to."""
        self.go(address)

"""Guests who buy through HTTP, press again when nobody answered, and note what they were told."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import count
from urllib.parse import urljoin, urlsplit

import httpx

TRIES = 60


class Forms(HTMLParser):
    """The forms of a page: by action, what each would send untouched."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: dict[str, dict[str, str]] = {}
        self.open: dict[str, str] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.open = self.found.setdefault(values.get("action", ""), {})
        elif tag == "input" and values.get("type") == "hidden" and "name" in values:
            self.open[values["name"]] = values.get("value", "")


@dataclass
class Told:
    """What buyers were told, by the name under which each of them ordered."""

    placed: dict[str, str] = field(default_factory=dict)
    paid: set[str] = field(default_factory=set)
    pressed: set[str] = field(default_factory=set)
    lost_answers: int = 0

    @property
    def is_enough(self) -> bool:
        """Tell whether there is enough to prove something: orders, payments, kills that were felt."""
        return len(self.placed) >= 10 and len(self.paid) >= 3 and self.lost_answers > 0


class Buyer:
    """One browser."""

    def __init__(self, address: str, number: int, told: Told) -> None:
        self.name, self.told = f"Khách {number}", told
        visitor = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        self.client = httpx.Client(
            base_url=address, headers={"X-Forwarded-For": visitor}, timeout=20
        )

    def send(self, method: str, url: str, **more: object) -> httpx.Response:
        """Send until it is answered, as a person presses again when a page does not come."""
        for _ in range(TRIES):
            try:
                answer = self.client.request(method, url, **more)
            except httpx.TransportError:
                self.told.lost_answers += 1
            else:
                if answer.status_code < 500:
                    return answer
            time.sleep(0.25)
        raise TimeoutError(f"{method} {url}")

    def forms(self, answer: httpx.Response) -> dict[str, dict[str, str]]:
        return Forms(answer.text).found

    def buy(self, listing: str, variant: str, quantity: int, method: str) -> None:
        """Order packs of something, and pay for them if by card."""
        shown = self.send("GET", f"/l/{listing}")
        if shown.status_code == 301:
            shown = self.send("GET", shown.headers["location"])
        token = self.forms(shown)["/basket/add"]["csrf_token"]
        wish = {"csrf_token": token, "variant_id": variant, "quantity": str(quantity)}
        self.send("POST", "/basket/add", data=wish)
        review = self.send("POST", "/checkout", data=self.wishes(token, method))
        press = self.forms(review).get("/checkout/place")
        if press is None:
            return  # Sold out, or the basket was never made: nothing was promised.
        self.told.pressed.add(self.name)
        placed = self.send("POST", "/checkout/place", data={**press, "terms": "y"})
        if placed.status_code == 303 and placed.headers["location"].startswith("/o/"):
            self.told.placed[self.name] = urlsplit(placed.headers["location"]).path.split("/")[2]
        elif placed.status_code == 307:
            self.pay(placed, press["csrf_token"])

    def wishes(self, token: str, method: str) -> dict[str, str]:
        return {
            "csrf_token": token,
            "contact_name": self.name,
            "contact_phone": "0912345678",
            "contact_email": f"{self.name.split()[1]}@example.vn",
            "delivery": "delivery",
            "commune": "vn-2025:10813",
            "address": "Số 5, thôn 2",
            "method": method,
        }

    def pay(self, placed: httpx.Response, token: str) -> None:
        """Pay by card at the demo's page; only coming back from there counts as paid."""
        asked = self.send("POST", placed.headers["location"], data={"csrf_token": token})
        card_page = asked.headers["location"]
        if "/demo/card/" not in card_page:
            return  # The card company was not there: the order waits for its money.
        forms = self.forms(self.send("GET", card_page))
        (action,) = (action for action in forms if action.endswith("/pay"))
        paid = self.send("POST", urljoin(card_page, action), data=forms[action])
        back = self.send("GET", paid.headers["location"])
        if back.status_code == 303 and back.headers["location"].startswith("/o/"):
            self.told.placed[self.name] = urlsplit(back.headers["location"]).path.split("/")[2]
            self.told.paid.add(self.name)


@contextmanager
def buying(address: str, goods: list[tuple[str, str]], *, threads: int) -> Iterator[Told]:
    """Let several buyers buy meanwhile, every third by card; let them finish at the end."""
    told, numbers, stop = Told(), count(1), threading.Event()

    def run() -> None:
        while not stop.is_set():
            number = next(numbers)
            buyer = Buyer(address, number, told)
            with buyer.client:
                listing, variant = goods[number % len(goods)]
                buyer.buy(listing, variant, 1 + number % 2, "card" if number % 3 == 0 else "cod")

    started = [threading.Thread(target=run) for _ in range(threads)]
    for thread in started:
        thread.start()
    try:
        yield told
    finally:
        stop.set()
        for thread in started:
            thread.join(60)

"""The farmer's diary on a phone: days without network, a dead tab, a killed browser, and back."""

import io
import os
import re
import signal
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from accounts.services.people import find_user
from kernel import clock
from kernel.actor import Actor
from kernel.db import transaction
from kernel.settings import load_settings
from shop.sessions import open_sessions
from tests.browser.conftest import DESK, PATIENCE_MS, PHONE, QUIET, chromium
from tests.browser.test_pages import LANGUAGES, NARROW, look, sign_in
from traceability.models import DiaryEntry, DiaryPhoto, Farm, Lot, Plot, Season
from traceability.rules import Activity
from traceability.services.correcting import take_correction
from traceability.services.diary import EntryFacts, write_entry
from traceability.services.recorder import Sent
from vendors.models import VendorMember

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-desk")]

RECORDER = "hien@chophien.example"
GPS, ORIENTATION = 0x8825, 0x0112


@pytest.fixture(scope="module")
def instance(desk_instance):
    return desk_instance


@pytest.fixture(scope="module")
def address(desk_address):
    return desk_address


@pytest.fixture(scope="module")
def maker(address, instance):
    del address
    settings = load_settings({"MARKET_ENV": "demo", "INSTANCE_PATH": str(instance)})
    return open_sessions(settings)


class Field:
    """A plot of its own in the sample, with guava on it."""

    def __init__(self, maker, name: str) -> None:
        self.maker, self.name = maker, name
        self.today = clock.local_date(clock.now())
        with maker() as session, transaction(session):
            self.user_id = find_user(session, RECORDER)
            self.vendor_id = session.scalars(
                sa.select(VendorMember.vendor_id).where(VendorMember.user_id == self.user_id)
            ).one()
            farm_id = session.scalars(
                sa.select(Farm.id).where(Farm.vendor_id == self.vendor_id).limit(1)
            ).one()
            plot = Plot(farm_id=farm_id, code=name[:20], name=name, area_m2=720)
            session.add(plot)
            session.flush()
            season = Season(
                plot_id=plot.id,
                code="THU",
                crop={"vi": "Ổi", "en": "Guava"},
                started_on=self.today - timedelta(days=60),
            )
            session.add(season)
            session.flush()
            self.season_id = season.id
        self.app = f"/work/{self.vendor_id}/diary/app/en"
        self.colleague = Actor(
            self.user_id, "Lê Quang Thắng", frozenset(), {self.vendor_id: frozenset({"owner"})}
        )

    def entries(self) -> list[DiaryEntry]:
        with self.maker() as session:
            rows = session.scalars(
                sa.select(DiaryEntry)
                .where(DiaryEntry.season_id == self.season_id)
                .order_by(DiaryEntry.id)
            )
            return list(rows)

    def run(self, service, *args, **values):
        with self.maker() as session, transaction(session):
            return service(session, *args, actor=self.colleague, now=clock.now(), **values)


class Phone:
    """A browser on a profile of its own, which can be killed and started again."""

    def __init__(self, browser: Browser, address: str, profile: Path) -> None:
        self.browser, self.address, self.profile = browser, address, profile
        self.context: BrowserContext | None = None

    def start(self, *, online: bool = True) -> Page:
        self.context = self.browser.browser_type.launch_persistent_context(
            str(self.profile),
            executable_path=chromium(),
            args=QUIET,
            viewport=PHONE,
            base_url=self.address,
            locale="en-GB",
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.set_offline(not online)
        return self.context.pages[0]

    def kill(self) -> None:
        """End the browser as a battery does."""
        mark = f"--user-data-dir={self.profile}"
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                told = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
                if mark in told and not any(one.startswith("--type=") for one in told):
                    os.kill(int(folder.name), signal.SIGKILL)
        self.close()

    def close(self) -> None:
        if self.context is not None:
            with suppress(Error):
                self.context.close()
        self.context = None


@pytest.fixture
def phone(browser, address, tmp_path) -> Iterator[Phone]:
    made = Phone(browser, address, tmp_path / "profile")
    yield made
    made.close()


def open_app(page: Page, field: Field) -> None:
    """Open the app and choose the plot; its service worker has everything it needs."""
    page.goto(field.app)
    expect(page.locator("body[data-ready]")).to_be_visible()
    expect(page.locator("[name=season]")).to_be_visible()
    page.wait_for_function(
        "async () => (await navigator.serviceWorker.ready).active.state === 'activated'"
    )
    page.locator("[name=season]").select_option(field.season_id)


def write(page: Page, activity: str, **values: str) -> None:
    """Press a big button, fill in the form and save it."""
    page.locator(f'.press[href="#/new/{activity}"]').click()
    fill(page, **values)
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".presses")).to_be_visible()


def fill(page: Page, **values: str) -> None:
    for name, value in values.items():
        page.locator(f"form [name={name}]").fill(value)


def strip(page: Page):
    return page.locator("[data-strip]")


def turned_picture(path: Path) -> Path:
    """A photo as a camera held upright writes it: pixels on their side, with the place inside."""
    image = Image.new("RGB", (2400, 1800), "#5c8a4a")
    image.paste("#e6b93c", (0, 0, 600, 600))
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[GPS] = {1: "N", 2: (20.0, 54.0, 41.0), 3: "E", 4: (106.0, 27.0, 28.8)}
    image.save(path, exif=exif)
    return path


def test_a_day_without_network_outlives_tab_and_phone_and_is_stored_once(
    phone, maker, instance, tmp_path
):
    field = Field(maker, "Ô ngoài đồng")
    page = phone.start()
    sign_in(page, RECORDER)
    open_app(page, field)

    phone.context.set_offline(True)
    page.reload()
    expect(strip(page)).to_contain_text("No network. Go on writing: nothing is lost.")
    page.get_by_role("button", name="Bao quả").or_(
        page.get_by_role("button", name="Bagging the fruit")
    ).click()
    expect(strip(page)).to_contain_text("1 entry not yet sent")
    write(page, "irrigation", note="Tưới rãnh hai giờ", worker="Lê Thị Hiên")

    page.locator('.press[href="#/new/spray"]').click()
    fill(page, input_name="Confidor 100SL", phi_days="7", dose="20 ml/16 l")
    allowed = field.today + timedelta(days=7)
    expect(page.locator("[data-allowed]")).to_have_text(f"Harvest allowed from {allowed:%d/%m/%Y}.")
    camera = page.locator("input[type=file][capture]")
    camera.set_input_files(turned_picture(tmp_path / "camera.jpg"))
    expect(page.locator("[data-photos] img")).to_be_visible()
    assert page.locator("[name=worker]").input_value() == "Lê Thị Hiên"
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-waiting]")).to_contain_text(f"{allowed:%d/%m/%Y}")

    # The waiting time that is filled in is that of its product, not of another one.
    page.locator('.press[href="#/new/spray"]').click()
    expect(page.locator("[name=phi_days]")).to_have_value("7")
    fill(page, input_name="Thuốc chợ huyện")
    page.locator("[name=input_name]").press("Tab")
    expect(page.locator("[name=phi_days]")).to_have_value("")
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator("[data-discard]").click()

    page.locator('.press[href="#/new/harvest"]').click()
    expect(page.locator("[data-allowed]")).to_contain_text("put on hold")
    fill(page, quantity="120,5")
    page.get_by_role("button", name="Save").click()
    expect(strip(page)).to_contain_text("4 entries not yet sent")

    # The tab dies with a page half written.
    page.locator('.press[href="#/new/observation"]').click()
    fill(page, note="Lá non có rệp")
    page.wait_for_timeout(400)
    page.close()
    page = phone.context.new_page()
    page.goto(f"{field.app}#/new/observation")
    expect(page.locator("[name=note]")).to_have_value("Lá non có rệp")
    page.get_by_role("button", name="Save").click()
    expect(strip(page)).to_contain_text("5 entries not yet sent")

    # The phone dies, and its sign-in is over when it is charged again.
    phone.kill()
    page = phone.start(online=False)
    page.goto(field.app)
    expect(strip(page)).to_contain_text("5 entries not yet sent")
    assert field.entries() == []
    phone.context.clear_cookies()
    phone.context.set_offline(False)
    expect(strip(page)).to_contain_text("You are signed out. Nothing is lost")
    page.get_by_role("link", name="Sign in").click()
    page.locator("#contact").fill(RECORDER)
    page.locator("#password").fill("ba con trau vang")
    page.locator("#password").press("Enter")
    expect(page).to_have_url(re.compile("/diary/app/en"))
    expect(strip(page)).to_contain_text("Everything is sent")

    stored = field.entries()
    assert [one.activity for one in stored] == [
        Activity.CARE,
        Activity.IRRIGATION,
        Activity.SPRAY,
        Activity.HARVEST,
        Activity.OBSERVATION,
    ]
    assert all(one.happened_at and one.happened_at < one.recorded_at for one in stored)
    assert len({one.device_id for one in stored}) == 1
    with maker() as session:
        lot = session.scalars(sa.select(Lot).where(Lot.season_id == field.season_id)).one()
        assert (lot.quantity, lot.inside_interval) == (120_500, True)
        (digest,) = stored[2].media
        row = session.scalars(sa.select(DiaryPhoto).where(DiaryPhoto.digest == digest)).one()
        assert (row.width, row.height) == (1200, 1600)
    kept = (instance / "files" / "private" / "originals" / digest).read_bytes()
    assert sha256(kept).hexdigest() == digest
    assert len(kept) < 400_000
    assert not dict(Image.open(io.BytesIO(kept)).getexif())

    # Sent again, as after an answer that was lost on its way.
    page.evaluate(AGAIN, field.vendor_id)
    page.reload()
    expect(strip(page)).to_contain_text("Everything is sent")
    assert [one.id for one in field.entries()] == [one.id for one in stored]


AGAIN = """
async (vendor) => {
  const db = await new Promise((done) => {
    const asked = indexedDB.open(`diary-${vendor}`);
    asked.onsuccess = () => done(asked.result);
  });
  const work = db.transaction("outbox", "readwrite");
  const store = work.objectStore("outbox");
  store.getAll().onsuccess = ({ target }) => {
    for (const item of target.result) store.put({ ...item, state: "sending" });
  };
  await new Promise((done) => (work.oncomplete = done));
  db.close();
}
"""


def test_what_was_refused_and_what_others_changed_is_shown_and_settled(open_browser, maker):
    field = Field(maker, "Ô hai người")
    facts = EntryFacts(
        "desk-0001",
        Activity.FERTILISER,
        field.today - timedelta(days=3),
        {"vi": "Bón gốc"},
        input_name="NPK 16-16-8",
        dose="20 kg",
    )
    entry_id = field.run(write_entry, field.season_id, facts=facts)
    context = open_browser(PHONE, "en")
    page = context.new_page()
    sign_in(page, RECORDER)
    open_app(page, field)

    context.set_offline(True)
    page.locator(".line", has_text="NPK 16-16-8").click()
    page.get_by_role("button", name="Correct").click()
    fill(page, dose="25 kg", worker="Lê Thị Hiên")
    page.get_by_role("button", name="Save").click()
    write(page, "care", note="Làm cỏ")
    others = Sent(
        field.season_id,
        EntryFacts(**(vars(facts) | {"client_key": "desk-0002", "dose": "18 kg"})),
    )
    field.run(take_correction, field.vendor_id, entry_id, sent=others, reason="Cân lại trong kho")
    with maker() as session, transaction(session):
        season = session.get_one(Season, field.season_id)
        season.ended_on = field.today - timedelta(days=1)
    context.set_offline(False)
    page.get_by_role("button", name="Send now").click()

    expect(page.locator(".mark-conflict")).to_have_text("Two versions")
    page.locator(".line", has=page.locator(".mark-refused")).click()
    expect(page.locator("[data-told]")).to_contain_text("The season was over by then.")
    page.get_by_role("button", name="Correct").click()
    expect(page.locator("[data-error=done_on]")).to_contain_text("The season was over by then.")
    fill(page, done_on=f"{field.today - timedelta(days=2)}")
    page.get_by_role("button", name="Save").click()

    page.locator(".line", has=page.locator(".mark-conflict")).click()
    both = page.locator("[data-both]")
    expect(both).to_contain_text("25 kg")
    expect(both).to_contain_text("18 kg")
    both.get_by_role("radio").nth(1).check()
    page.get_by_role("button", name="Keep what is chosen").click()
    page.get_by_role("button", name="Send now").click()
    expect(strip(page)).to_contain_text("Everything is sent")
    newest = [one for one in field.entries() if one.activity is Activity.FERTILISER][-1]
    assert (newest.dose, newest.worker, newest.note) == ("18 kg", "Lê Thị Hiên", {"vi": "Bón gốc"})
    assert [one.done_on for one in field.entries() if one.activity is Activity.CARE] == [
        field.today - timedelta(days=2)
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_diary_is_fit_for_everybody(open_browser, maker, lang):
    field = Field(maker, f"Ô xem {lang}")
    page = open_browser(PHONE, lang).new_page()
    sign_in(page, RECORDER)
    field.app = field.app.removesuffix("en") + lang
    open_app(page, field)
    wrong = look(page, "diary", sizes=(NARROW, PHONE, DESK))
    for activity in ("spray", "harvest"):
        page.locator(f'.press[href="#/new/{activity}"]').click()
        expect(page.locator("form h2")).to_be_visible()
        wrong += look(page, f"diary-{activity}", sizes=(NARROW, PHONE))
        page.locator("[data-back]").click()
    page.locator('.press[href="#/new/care"]').click()
    fill(page, note="Tỉa cành")
    page.locator("form [type=submit]").click()
    page.locator(".line").first.click()
    wrong += look(page, "diary-entry", sizes=(NARROW,))
    farm = f"/work/{field.vendor_id}/farm/tasks"
    for name, path in (("tasks", farm), ("task-new", f"{farm}/new")):
        page.goto(path)
        wrong += look(page, name)
    page.emulate_media(color_scheme="dark")
    open_app(page, field)
    wrong += look(page, "diary-dark", sizes=(PHONE,))
    assert wrong == []

"""What goes wrong with a diary on a phone: cut pictures, a full store, a wrong clock, two people."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image
from playwright.sync_api import BrowserContext, Error, Page, expect

from kernel import clock
from kernel.quantity import Unit
from tests.browser.conftest import PHONE
from tests.browser.test_diary import RECORDER, Field, Phone, fill, open_app, strip, write
from tests.browser.test_diary import address as address
from tests.browser.test_diary import instance as instance
from tests.browser.test_diary import maker as maker
from tests.browser.test_pages import sign_in
from traceability.models import DiaryPhoto, DiaryPiece, Lot
from traceability.services import lots
from traceability.services.correcting import take_correction
from traceability.services.lots import HarvestFacts
from traceability.services.recorder import Sent

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-desk")]

OWNER = "thang@chophien.example"
DAY = timedelta(days=1)
PIECES = re.compile(r"/diary/photos/\w+\?at=")


@pytest.fixture(scope="module")
def states() -> dict[str, object]:
    return {}


@pytest.fixture
def phone(open_browser, states) -> Callable[[], BrowserContext]:
    """Return how to open a phone of the recorder, who is signed in."""

    def open_() -> BrowserContext:
        context = open_browser(PHONE, "en", storage_state=states.get("recorder"))
        if "recorder" not in states:
            page = context.new_page()
            sign_in(page, RECORDER)
            states["recorder"] = context.storage_state()
            page.close()
        return context

    return open_


def until(page: Page, found: Callable[[], object], seconds: int = 15) -> None:
    """Wait until something is so at the market."""
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end
        page.wait_for_timeout(50)


def sent_all(page: Page) -> None:
    expect(strip(page)).to_contain_text("Everything is sent")


def quota(phone: Phone, page: Page, octets: int | None) -> None:
    """Let the phone have room for so much; None: for as much as it has."""
    wish = {"origin": phone.address} | ({} if octets is None else {"quotaSize": octets})
    phone.context.new_cdp_session(page).send("Storage.overrideQuotaForOrigin", wish)


def noise(path: Path) -> Path:
    """A photo that cannot be packed small."""
    Image.effect_noise((900, 700), 90).convert("RGB").save(path, quality=90)
    return path


def test_a_picture_that_was_cut_off_goes_on_where_it_was(phone, maker, tmp_path):
    field, context = Field(maker, "Ô ảnh dở"), phone()
    page = context.new_page()
    open_app(page, field)
    asked: list[int] = []
    context.on(
        "request",
        lambda one: (
            asked.append(int(one.url.split("at=")[1].split("&")[0]))
            if "/photos/" in one.url and "at=" in one.url
            else None
        ),
    )

    def here() -> int | None:
        with maker() as session:
            (digest,) = field.entries()[0].media
            return session.scalar(
                sa.select(sa.func.sum(sa.func.length(DiaryPiece.data)))
                .join(DiaryPhoto, DiaryPhoto.id == DiaryPiece.photo_id)
                .where(DiaryPhoto.digest == digest)
            )

    page.locator('.press[href="#/new/observation"]').click()
    fill(page, note="Lá vàng")
    page.locator("input[type=file][capture]").set_input_files(noise(tmp_path / "noise.jpg"))
    expect(page.locator("[data-photos] img")).to_be_visible()
    passed: list[str] = []

    def cut(route) -> None:
        """Let two pieces through and lose the network in the third."""
        passed.append(route.request.url)
        if len(passed) <= 2:
            route.continue_()
        else:
            route.abort("internetdisconnected")

    context.route(PIECES, cut)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Send now").click()
    until(page, lambda: len(passed) >= 3)
    context.set_offline(True)
    expect(strip(page)).to_contain_text("1 picture not yet sent")
    context.unroute(PIECES)
    page.close()

    page = context.new_page()
    page.goto(field.app)
    page.locator(".line").first.click()
    expect(page.locator("[data-pictures]")).to_contain_text("Sent so far")
    asked.clear()
    assert here() == 128 * 1024
    context.set_offline(False)
    sent_all(page)
    assert asked[0] == 128 * 1024
    assert asked == sorted(set(asked))
    with maker() as session:
        (entry,) = field.entries()
        row = session.scalars(
            sa.select(DiaryPhoto).where(DiaryPhoto.digest == entry.media[0])
        ).one()
        assert row.stored_at is not None
        assert (row.width, row.height) == (900, 700)


def test_a_harvest_corrected_by_two_is_shown_and_chosen(phone, maker):
    field, context = Field(maker, "Ô hai cân"), phone()
    facts = HarvestFacts("shed-0001", field.today, 120_000, Unit.GRAM, {})
    lot_id = field.run(lots.record_harvest, field.season_id, facts=facts)
    page = context.new_page()
    open_app(page, field)
    context.set_offline(True)
    page.locator(".line", has_text="120 kg").click()
    page.get_by_role("button", name="Correct").click()
    fill(page, quantity="110", worker="Lan")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".line", has_text="110 kg")).to_be_visible()
    # Taken back, the change is gone and nothing else.
    page.locator(".line", has_text="110 kg").click()
    page.get_by_role("button", name="Correct").click()
    fill(page, quantity="105")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".line", has_text="110 kg")).to_be_visible()
    theirs = Sent(
        field.season_id, HarvestFacts("shed-0002", field.today, 118_000, Unit.GRAM, {"vi": "Mưa"})
    )
    harvest_id = field.entries()[0].id
    field.run(take_correction, field.vendor_id, harvest_id, sent=theirs, reason="Cân lại")
    context.set_offline(False)
    page.get_by_role("button", name="Send now").click()
    page.locator(".line", has=page.locator(".mark-conflict")).click()
    both = page.locator("[data-both]")
    expect(both).to_contain_text("110 kg")
    expect(both).to_contain_text("118 kg")
    with maker() as session:
        assert session.get_one(Lot, lot_id).quantity == 118_000
    both.get_by_role("radio").nth(0).check()
    page.get_by_role("button", name="Keep what is chosen").click()
    sent_all(page)
    with maker() as session:
        lot = session.get_one(Lot, lot_id)
        assert (lot.quantity, lot.rest) == (110_000, 110_000)
    first, second, last = field.entries()
    assert (second.revision_of, last.revision_of) == (first.id, second.id)
    assert (last.worker, last.note) == ("Lan", {"vi": "Mưa"})


@pytest.fixture
def own_phone(browser, address, tmp_path) -> Iterator[Phone]:
    """Return a phone with a disk of its own."""
    made = Phone(browser, address, tmp_path / "profile")
    yield made
    made.close()


def test_the_app_can_be_installed_and_a_newer_one_takes_over(own_phone, maker):
    field = Field(maker, "Ô bản mới")
    page = own_phone.start()
    sign_in(page, RECORDER)
    open_app(page, field)
    cdp = own_phone.context.new_cdp_session(page)
    assert cdp.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
    assert cdp.send("Page.getAppManifest")["errors"] == []
    page.locator('.press[href="#/new/soil"]').click()
    fill(page, note="Đang viết")

    loads: list[str] = []
    page.on("load", lambda one: loads.append(one.url))
    page.evaluate(NEWER_WORKER)
    # Not under the hands of who writes, but as soon as the page is left.
    assert loads == []
    expect(page.locator("[name=note]")).to_have_value("Đang viết")
    page.locator("[data-back]").click()
    expect(page.locator("[data-drafts]")).to_contain_text("Đang viết")
    until(page, lambda: len(loads) == 1)


NEWER_WORKER = """
async () => {
  const workers = navigator.serviceWorker;
  const { scope, active } = await workers.ready;
  const changed = new Promise((done) => workers.addEventListener("controllerchange", done));
  await workers.register(`${active.scriptURL}?newer`, { scope });
  await changed;
}
"""


def test_a_full_phone_says_so_and_loses_nothing(own_phone, maker):
    field = Field(maker, "Ô hết chỗ")
    page = own_phone.start()
    sign_in(page, RECORDER)
    open_app(page, field)
    own_phone.context.set_offline(True)
    write(page, "care", note="Làm cỏ")
    own_phone.close()
    # Started anew, for a browser allots room for some time.
    page = own_phone.start(online=False)
    context = own_phone.context
    quota(own_phone, page, 1)
    page.goto(field.app)
    page.locator('.press[href="#/new/irrigation"]').click()
    fill(page, note="Tưới rãnh")
    page.get_by_role("button", name="Save").click()
    full = page.locator('[data-error=""]')
    expect(full).to_contain_text("There is no room left on this phone.")
    expect(page.locator("[name=note]")).to_have_value("Tưới rãnh")
    expect(strip(page)).to_contain_text("1 entry not yet sent")

    # What it has is sent all the same.
    context.set_offline(False)
    until(page, lambda: [one.note for one in field.entries()] == [{"en": "Làm cỏ"}])
    expect(strip(page)).to_contain_text("There is no room left on this phone. Delete some photos")
    page.locator("[data-back]").click()
    page.locator("[data-tasks-here] button").first.click()
    expect(page.get_by_role("alert")).to_contain_text("There is no room left on this phone.")

    quota(own_phone, page, None)
    page.reload()
    sent_all(page)
    page.locator('.press[href="#/new/irrigation"]').click()
    fill(page, note="Tưới rãnh")
    page.get_by_role("button", name="Save").dblclick()
    page.get_by_role("button", name="Send now").click()
    sent_all(page)
    assert [one.note for one in field.entries()] == [{"en": "Làm cỏ"}, {"en": "Tưới rãnh"}]


def test_a_clock_that_is_a_day_off_is_told_and_the_market_judges(phone, maker):
    field, context = Field(maker, "Ô đồng hồ"), phone()
    page = context.new_page()
    page.clock.set_system_time(clock.now() + DAY)
    open_app(page, field)
    warning = page.locator("[data-clock]")
    expect(warning).to_contain_text(f"the wrong day: today is {field.today:%d/%m/%Y}.")
    write(page, "care", note="Bao quả")
    page.get_by_role("button", name="Send now").click()
    page.locator(".line", has=page.locator(".mark-refused")).click()
    expect(page.locator("[data-told]")).to_contain_text("This day is still to come.")
    assert field.entries() == []
    # Long after the phone last reached the market it is not sure what day it is there.
    context.set_offline(True)
    page.clock.set_system_time(clock.now() + DAY + timedelta(hours=2))
    page.reload()
    expect(warning).to_contain_text("it had the wrong day. Check its clock")
    context.set_offline(False)

    # A day behind, the right day is taken.
    page.clock.set_system_time(clock.now() - DAY)
    page.reload()
    expect(warning).to_contain_text(f"today is {field.today:%d/%m/%Y}.")
    page.get_by_role("button", name="Correct").click()
    fill(page, done_on=f"{field.today}")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Send now").click()
    sent_all(page)
    (entry,) = field.entries()
    assert entry.done_on == field.today
    assert abs(entry.happened_at - clock.now() - DAY) < timedelta(minutes=10)
    page.clock.set_system_time(clock.now())
    page.reload()
    sent_all(page)
    expect(warning).to_be_hidden()


def test_two_people_on_one_phone_send_each_their_own(phone, maker):
    field, context = Field(maker, "Ô hai chủ máy"), phone()
    page = context.new_page()
    open_app(page, field)
    context.set_offline(True)
    write(page, "care", note="Của Hiên", worker="Lê Thị Hiên")
    page.locator('.press[href="#/new/soil"]').click()
    fill(page, note="Hiên viết dở")
    until(page, lambda: "Hiên viết dở" in page.evaluate(DRAFTS, field.vendor_id))

    def change_to(contact: str) -> None:
        context.clear_cookies()
        context.set_offline(False)
        sign_in(page, contact)
        page.goto(field.app)
        expect(page.locator("body[data-ready]")).to_be_visible()

    change_to(OWNER)
    expect(strip(page)).to_contain_text("written by somebody else and wait for that person")
    expect(page.locator("[data-drafts]")).to_be_hidden()
    page.locator("[name=season]").select_option(field.season_id)
    page.locator('.press[href="#/new/care"]').click()
    expect(page.locator("[name=worker]")).to_have_value("Lê Quang Thắng")
    fill(page, note="Của Thắng")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Send now").click()
    until(page, lambda: len(field.entries()) == 1)
    expect(strip(page)).to_contain_text("1 entry not yet sent")
    page.locator(".line", has_text="Lê Thị Hiên").click()
    expect(page.get_by_role("button", name="Delete")).to_be_hidden()

    change_to(RECORDER)
    sent_all(page)
    theirs, own = field.entries()
    assert (theirs.note, own.note) == ({"en": "Của Thắng"}, {"en": "Của Hiên"})
    assert own.recorded_by == field.user_id != theirs.recorded_by
    expect(page.locator("[data-drafts]")).to_contain_text("Hiên viết dở")


def test_a_killed_tab_goes_on_where_it_was_in_a_correction_too(phone, maker, tmp_path):
    field, context = Field(maker, "Ô sập máy"), phone()
    page = context.new_page()
    open_app(page, field)
    write(page, "fertiliser", input_name="NPK 16-16-8", dose="20 kg")
    page.get_by_role("button", name="Send now").click()
    sent_all(page)
    context.set_offline(True)
    page.locator(".line", has_text="NPK 16-16-8").click()
    page.get_by_role("button", name="Correct").click()
    fill(page, dose="25 kg")
    page.locator("input[type=file][capture]").set_input_files(noise(tmp_path / "noise.jpg"))
    expect(page.locator("[data-photos] img")).to_be_visible()
    until(page, lambda: "25 kg" in page.evaluate(DRAFTS, field.vendor_id))
    with suppress(Error):
        page.goto("chrome://crash", timeout=5_000)
    page.close()

    page = context.new_page()
    page.goto(field.app)
    page.locator("[data-drafts]").get_by_role("link", name="NPK 16-16-8").click()
    expect(page.locator("[name=dose]")).to_have_value("25 kg")
    expect(page.locator("[data-photos] img")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-drafts]")).to_be_hidden()
    context.set_offline(False)
    page.get_by_role("button", name="Send now").click()
    sent_all(page)
    first, second = field.entries()
    assert (second.revision_of, second.dose, len(second.media)) == (first.id, "25 kg", 1)


def test_what_is_changed_while_it_is_on_its_way_is_not_lost(phone, maker):
    field, context = Field(maker, "Ô trên đường"), phone()
    page = context.new_page()
    open_app(page, field)
    path = f"**/work/{field.vendor_id}/diary/sync*"

    def lose_answer(route) -> None:
        route.fetch()
        route.abort()

    # The market has it, but the phone never hears so.
    context.route(path, lose_answer)
    write(page, "fertiliser", input_name="Lân nung chảy", dose="10 kg")
    page.get_by_role("button", name="Send now").click()
    until(page, lambda: len(field.entries()) == 1)
    expect(strip(page)).to_contain_text("1 entry not yet sent")
    page.locator(".line", has_text="Lân").click()
    page.get_by_role("button", name="Correct").click()
    fill(page, dose="12 kg")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".line", has_text="Lân")).to_have_count(1)
    context.unroute(path)
    page.get_by_role("button", name="Send now").click()
    sent_all(page)
    first, second = field.entries()
    assert (first.dose, second.dose, second.revision_of) == ("10 kg", "12 kg", first.id)


# The page looks at its store once more, the moment it is closed under it.
BUSY_WHEN_CLOSED = """
() => {
  const close = IDBDatabase.prototype.close;
  IDBDatabase.prototype.close = function () {
    close.call(this);
    dispatchEvent(new Event("hashchange"));
  };
}
"""

NEWER = """
async (vendor) => {
  const asked = indexedDB.open(`diary-${vendor}`, 99);
  await new Promise((done) => (asked.onsuccess = done));
  asked.result.close();
}
"""


def test_a_page_older_than_what_the_phone_keeps_says_so(phone, maker):
    field, context = Field(maker, "Ô bản cũ"), phone()
    page = context.new_page()
    open_app(page, field)
    context.set_offline(True)
    write(page, "care", note="Chờ gửi")
    loads: list[str] = []
    page.on("load", lambda one: loads.append(one.url))
    other = context.new_page()
    context.set_offline(False)
    other.goto("/robots.txt")
    context.set_offline(True)
    # It goes in the middle of its work, without a word of script errors (conftest listens).
    page.evaluate(BUSY_WHEN_CLOSED)
    other.evaluate(NEWER, field.vendor_id)
    expect(page.get_by_role("alert")).to_contain_text("This page is older than the diary")
    context.set_offline(False)
    expect(page.get_by_role("alert")).to_contain_text("This page is older than the diary")
    page.wait_for_timeout(500)
    # It looked for a newer one by itself, but not over and over.
    assert 1 <= len(loads) <= 4
    kept = other.evaluate(KEPT, field.vendor_id)
    assert [one["facts"]["note"] for one in kept] == ["Chờ gửi"]


KEPT = """
async (vendor) => {
  const asked = indexedDB.open(`diary-${vendor}`);
  await new Promise((done) => (asked.onsuccess = done));
  const all = asked.result.transaction("outbox").objectStore("outbox").getAll();
  await new Promise((done) => (all.onsuccess = done));
  asked.result.close();
  return all.result;
}
"""

# What is half written, as text.
DRAFTS = """
async (vendor) => {
  const asked = indexedDB.open(`diary-${vendor}`);
  await new Promise((done) => (asked.onsuccess = done));
  const drafts = IDBKeyRange.bound("draft/", "draft0");
  const all = asked.result.transaction("kept").objectStore("kept").getAll(drafts);
  await new Promise((done) => (all.onsuccess = done));
  asked.result.close();
  return JSON.stringify(all.result);
}
"""

FIRST_LAYOUT = """
async ([vendor, season, day, user]) => {
  const asked = indexedDB.open(`diary-${vendor}`, 1);
  asked.onupgradeneeded = () => {
    const db = asked.result;
    db.createObjectStore("kept");
    db.createObjectStore("outbox", { keyPath: "seq", autoIncrement: true })
      .createIndex("key", "key", { unique: true });
    db.createObjectStore("photos", { keyPath: "digest" });
  };
  await new Promise((done) => (asked.onsuccess = done));
  const work = asked.result.transaction(["outbox", "photos", "kept"], "readwrite");
  const media = [...Array(200).keys()].map((number) => number.toString(16).padStart(64, "0"));
  const blob = new Blob([new Uint8Array(100_000)], { type: "image/jpeg" });
  for (const digest of media) work.objectStore("photos").put({ digest, blob, state: "waiting" });
  const facts = { season_id: season, activity: "care", done_on: day, note: "Cũ", media: media.slice(0, 3) };
  const item = { state: "refused", facts, answer: { message: "x" } };
  work.objectStore("outbox").put({ ...item, key: "old-00001" });
  work.objectStore("outbox").put({ ...item, key: "old-00002", facts: { ...facts, media } });
  work.objectStore("kept").put({ user: { id: user }, skew: 0 }, "session");
  work.objectStore("kept").put({ activity: "soil", values: { activity: "soil", note: "Dở" }, photos: [] }, "draft");
  await new Promise((done) => (work.oncomplete = done));
  asked.result.close();
}
"""

COUNT_READS = """
window.reads = [];
for (const name of ["get", "getAll", "openCursor"]) {
  const read = IDBObjectStore.prototype[name];
  IDBObjectStore.prototype[name] = function (...wish) {
    if (this.transaction.mode !== "versionchange") reads.push(`${this.name}.${name}`);
    return read.apply(this, wish);
  };
}
"""


def test_two_hundred_pictures_are_counted_without_reading_them(phone, maker):
    field, context = Field(maker, "Ô nhiều ảnh"), phone()
    page = context.new_page()
    page.goto("/robots.txt")
    page.evaluate(FIRST_LAYOUT, [field.vendor_id, field.season_id, f"{field.today}", field.user_id])
    page.add_init_script(COUNT_READS)
    open_app(page, field)
    expect(strip(page)).to_contain_text("2 entries not yet sent · 200 pictures not yet sent")
    expect(page.locator("[data-drafts]")).to_contain_text("Dở")
    page.locator('.press[href="#/new/care"]').click()
    fill(page, note="Tỉa cành")
    page.locator("[data-back]").click()
    expect(page.locator(".presses")).to_be_visible()
    reads = page.evaluate("reads")
    assert "photos.getAll" in reads
    assert [one for one in reads if one.startswith("blobs")] == []
    page.goto(f"{field.app}#/entry/1")
    expect(page.locator("[data-pictures] img")).to_have_count(3)
    assert page.evaluate("reads").count("blobs.get") == 3
    assert {"blobs.getAll", "blobs.openCursor"}.isdisjoint(page.evaluate("reads"))

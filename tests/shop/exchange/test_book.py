"""The book of a season on paper and in spreadsheets, and a filled table taken in."""

import io
import string
from datetime import date

import pypdf
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from kernel.errors import NotAllowed, NotFound
from kernel.quantity import Unit
from shop.exchange.sheet import SHEET, take_table
from shop.importing.problems import BadFile
from tests.conftest import NOW, TOKEN
from tests.traceability.land import STRANGER, Land
from traceability.models import DiaryEntry, Lot
from traceability.rules import Activity
from traceability.services.diary import EntryFacts

HEADS = [column.header for column in SHEET.columns]
SPRAYED = {
    "STT": "1", "Ngày": "10/11/2026", "Công việc": "Phun thuốc", "Vật tư": "Confidor 100SL",
    "Cách ly (ngày)": 7, "Người làm": "Bác Hòa",
}  # fmt: skip
HARVESTED = {
    "STT": "2", "Ngày": "20/11/2026", "Công việc": "Thu hoạch", "Số lượng thu hoạch": "120 kg",
}  # fmt: skip


@pytest.fixture
def land(session):
    return Land(session)


def table(*rows: dict[str, object], heads=HEADS) -> bytes:
    book = Workbook()
    book.active.append(heads)
    for row in rows:
        book.active.append([row.get(head) for head in heads])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def take(land, data: bytes, *, keep=True, name="nhat-ky.xlsx", actor=None):
    return take_table(
        land.session,
        land.season_id,
        name=name,
        data=data,
        keep=keep,
        actor=actor or land.recorder,
        now=NOW,
    )


def entries(land) -> list[tuple[Activity, date]]:
    wanted = sa.select(DiaryEntry.activity, DiaryEntry.done_on).order_by(DiaryEntry.done_on)
    return [tuple(row) for row in land.session.execute(wanted)]


def test_rows_become_entries_and_harvests_become_lots(land):
    taken = take(land, table(SPRAYED, HARVESTED))
    assert (taken.findings.total, taken.new, taken.known) == (0, 2, 0)
    assert entries(land) == [
        (Activity.SPRAY, date(2026, 11, 10)),
        (Activity.HARVEST, date(2026, 11, 20)),
    ]
    lot = land.session.scalars(sa.select(Lot)).one()
    assert (lot.quantity, lot.unit, lot.inside_interval) == (120_000, Unit.GRAM, False)


def test_a_harvest_inside_the_waiting_time_is_held_whatever_way_it_came(land):
    take(land, table(SPRAYED, HARVESTED | {"Ngày": "16/11/2026"}))
    assert land.session.scalars(sa.select(Lot)).one().inside_interval


def test_the_same_table_twice_is_written_once(land):
    take(land, table(SPRAYED, HARVESTED))
    again = take(land, table(SPRAYED, HARVESTED, SPRAYED | {"STT": "3"}))
    assert (again.new, again.known) == (1, 2)
    assert len(entries(land)) == 3


def test_to_look_through_writes_nothing(land):
    taken = take(land, table(SPRAYED), keep=False)
    assert (taken.new, entries(land)) == (1, [])


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        ({"Ngày": "31/02/2026"}, "Ngày", "This is no day. Write it as 23/11/2026."),
        ({"Ngày": "24/12/2026"}, "Ngày", "This day is still to come."),
        ({"Công việc": "Ngủ"}, "Công việc", None),
        ({"Vật tư": None}, "Vật tư", "Write the name of the product, as on its label."),
        (
            {"Số lượng thu hoạch": "2 kg"},
            "Số lượng thu hoạch",
            "Only a harvest has a quantity.",
        ),
        (
            {"Công việc": "Thu hoạch"},
            "Số lượng thu hoạch",
            "Write how much was harvested, such as 120 kg.",
        ),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_saved(land, row, column, message):
    taken = take(land, table(SPRAYED | {"STT": "7"}, SPRAYED | row))
    (problem,) = taken.findings.shown
    assert (problem.place.row, problem.place.column) == (3, column)
    assert message in {None, problem.message}
    assert entries(land) == []


def test_a_stranger_takes_nothing_in(land):
    with pytest.raises((NotAllowed, NotFound)):
        take(land, table(SPRAYED), actor=STRANGER)


def test_any_bytes_are_a_table_or_refused(land):
    @settings(
        max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(
        st.binary(max_size=300),
        st.sampled_from(["a.xlsx", "a.csv"]),
        st.lists(st.text(string.printable, max_size=12), max_size=6),
    )
    def fuzz(data, name, cells):
        for content in (data, ",".join(HEADS).encode() + b"\n" + ",".join(cells).encode()):
            try:
                taken = take(land, content, name=name, keep=False)
            except BadFile:
                continue
            assert taken.findings.total or taken.new

    fuzz()
    assert entries(land) == []


# On the pages


@pytest.fixture
def app_land(app, app_session):
    return Land(app_session)


@pytest.fixture
def recorder(app_land, sign_in):
    sign_in(vendor=app_land.vendor_id, vendor_roles=["recorder"])
    return app_land


def url(land, rest="book"):
    return f"/work/{land.vendor_id}/farm/seasons/{land.season_id}/{rest}"


def test_the_book_holds_what_was_written_down(recorder, client):
    recorder.write()
    recorder.write(
        EntryFacts("", Activity.FERTILISER, date(2026, 9, 1), {"vi": "Bón lót"}),
        input_name="Phân ủ",
        dose="20 kg/cây",
    )
    recorder.harvest()
    book = load_workbook(io.BytesIO(client.get(url(recorder, "book.xlsx?lang=vi")).data))
    cells = {str(cell) for sheet in book for row in sheet.values for cell in row if cell}
    assert {"Confidor 100SL", "17/11/2026", "Phân ủ", "20 kg/cây", "Bón lót", "120 kg"} <= cells
    assert len(book.sheetnames) == 9
    answer = client.get(url(recorder, "book.pdf"))
    assert answer.mimetype == "application/pdf"
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.data)).pages)
    assert "Confidor 100SL" in text
    assert "17/11/2026" in text


def test_a_filled_table_is_looked_through_then_written_down(recorder, client):
    token = TOKEN.search(client.get(url(recorder)).get_data(as_text=True))[1]

    def send(**more):
        return client.post(
            url(recorder),
            data={"csrf_token": token, "file": (io.BytesIO(table(SPRAYED)), "so.xlsx"), **more},
        )

    assert send().status_code == 200
    assert entries(recorder) == []
    recorder.session.rollback()
    assert send(keep="1").status_code == 303
    assert len(entries(recorder)) == 1
    wrong = client.post(url(recorder), data={"csrf_token": token})
    assert wrong.status_code == 422
    bad = client.post(
        url(recorder),
        data={"csrf_token": token, "file": (io.BytesIO(b"\x00\x01"), "so.xlsx"), "keep": "1"},
    )
    assert bad.status_code == 422


def test_the_empty_table_is_taken_in_as_it_comes(recorder, client):
    empty = client.get(f"/work/{recorder.vendor_id}/farm/diary-table.xlsx").data
    book = load_workbook(io.BytesIO(empty))
    assert [cell.value for cell in book.worksheets[0][1]] == HEADS
    assert "Phun thuốc" in {row[0] for row in book.worksheets[1].values}

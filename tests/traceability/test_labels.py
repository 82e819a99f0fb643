"""Labels: every code on every kind decodes, only lots that may be sold get them, none is lost count of."""

import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass, replace
from itertools import groupby

import pypdfium2
import pytest
import sqlalchemy as sa
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import Conflict, Invalid, NotFound
from tests.traceability.land import NOW, Land, count
from traceability import queries
from traceability.errors import LotNotOpen
from traceability.labels import Face, Sheet, face_of, look_of, pdf_of, svg_of
from traceability.labels.bars import bar_mm, element_bars, sscc_bars
from traceability.models import LabelBatch, SerialUnit
from traceability.qr import printed_form, symbol
from traceability.queries.labels import (
    batch_of,
    batches_of_lot,
    labels_made,
    serial_address,
    sheet_of,
)
from traceability.rules.labels import (
    DOTS_MM,
    FORMATS,
    LEAST_MM,
    BatchState,
    SerialState,
    Template,
    fit,
)
from traceability.services import labels, lots
from traceability.services.labels import Wish

ROOT = "https://tx.nongsan.example"
LOT = f"{ROOT}/01/09521234543213/10/L2611-023"
FACE = Face(
    "Vải thiều Thanh Hà loại đặc biệt",
    "Thanh Ha lychee",
    "HTX Vải thiều Bến Gốc Đa",
    "Vườn vải Thanh Khê, Xã Hà Đông",
    "L2611-023",
    ("Khối lượng / Net 500 g", "Thu hoạch / Harvested 23/11/2026"),
    (("Sản phẩm / Product", "Vải thiều"), ("Nơi trồng / Grown at", "Vườn vải Thanh Khê")),
    "NGUỒN GỐC SẢN PHẨM",
    "Quét mã · Scan",
    "095212345432100017",
)
NUMBERS = ("7K3M9PQRT2VW", "000000000000", "ZZZZZZZZZZZZ", "0123456789AB")


def sheet(template: Template, dpi: int, *, serials: bool) -> Sheet:
    level = FORMATS[template].level
    most = FORMATS[template].a_page
    if not serials:
        return Sheet(template, dpi, FACE, (printed_form(LOT, level),) * most)
    numbers = tuple(f"{number:012d}" for number in range(most)) if most > 1 else NUMBERS
    texts = tuple(printed_form(serial_address(LOT, one), level) for one in numbers)
    return Sheet(template, dpi, FACE, texts, numbers)


def decode(pdf: bytes, dpi: int) -> list[str]:
    """Read every QR code of a document as a phone does: nothing but QR codes counts."""
    found = []
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        picture = page.render(scale=dpi / 72, grayscale=True).to_pil()
        read = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
        found += [one.text for one in read if one.format == zxingcpp.BarcodeFormat.QRCode]
    document.close()
    return found


KINDS = [
    (template, serials)
    for template in Template
    for serials in ((False, True) if FORMATS[template].serials else (False,))
]


@pytest.mark.parametrize(("template", "serials"), KINDS)
def test_every_code_of_every_template_decodes_at_every_resolution(template, serials):
    made = sheet(template, 300, serials=serials)
    pdf = pdf_of(made)
    for dpi in (150, 203, 300, 600):
        assert Counter(decode(pdf, dpi)) == Counter(made.texts), dpi


def text_of(pdf: bytes) -> str:
    """Return the words of the first page."""
    with pypdfium2.PdfDocument(pdf) as document:
        return " ".join(document[0].get_textpage().get_text_range().split())


@dataclass(frozen=True)
class Measured:
    """Bars as they lie on a page, in mm: their height, what is white around, the narrowest."""

    height: float
    left: float
    right: float
    above: float
    below: float
    narrowest: float


def measured(pdf: bytes, dark: int) -> Measured:
    """Measure so many bars on the first page, drawn with 1200 dots an inch."""
    with pypdfium2.PdfDocument(pdf) as document:
        picture = document[0].render(scale=1200 / 72, grayscale=True).to_pil()
    ink = picture.point(lambda shade: shade < 128 and 255)
    wide, high = ink.size
    lines = [ink.crop((0, y, wide, y + 1)).tobytes() for y in range(high)]
    # The most lines that are all alike are those through bars and nothing else.
    alike = [list(same) for _, same in groupby(range(high), key=lines.__getitem__)]
    here = max((same for same in alike if any(lines[same[0]])), key=len)
    found = [len(list(run)) for _, run in groupby(lines[here[0]])]
    assert len(found) == 2 * dark + 1
    above = next(n for n in range(1, high) if any(lines[here[0] - 2 - n]))
    below = next(n for n in range(1, high) if any(lines[here[-1] + 2 + n]))
    sizes = (len(here), found[0], found[-1], above, below, min(found[1::2]))
    return Measured(*(size * 25.4 / 1200 for size in sizes))


def bars(pdf: bytes, dpi: int) -> list[tuple[str, str]]:
    """Read the bars of a document: what they say, and by which standard."""
    with pypdfium2.PdfDocument(pdf) as document:
        picture = document[0].render(scale=dpi / 72, grayscale=True).to_pil()
    read = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.Code128)
    return [(one.text, one.symbology_identifier) for one in read]


@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_the_number_of_a_pallet_stands_in_bars_of_gs1_128_as_well(dpi):
    pdf = pdf_of(sheet(Template.PALLET, dpi, serials=False))
    # ]C1: Code 128 with FNC1 first, which is GS1-128 (ISO/IEC 15417).
    assert bars(pdf, dpi) == [("(00)095212345432100017", "]C1")]
    assert "(00) 095212345432100017" in text_of(pdf)


@pytest.mark.parametrize(("dpi", "dots"), [(203, 4), (300, 6), (600, 12)])
def test_bars_are_whole_dots_and_fit_on_the_label_with_their_quiet_zones(dpi, dots):
    assert bar_mm(dpi) == pytest.approx(dots * DOTS_MM[dpi])
    modules, dark = sscc_bars("095212345432100017")
    assert modules == 156
    assert (modules + 20) * bar_mm(dpi) <= FORMATS[Template.PALLET].label[0]
    assert dark[0] == (0, 2)
    assert sum(dark[-1]) == modules


CRATED = replace(FACE, elements=(("01", "09521234543213"), ("13", "261124"), ("10", "L2611-023")))


@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_goods_lot_and_day_of_a_crate_stand_in_bars_and_its_code_decodes_beside_them(dpi):
    made = replace(sheet(Template.CRATE, dpi, serials=False), face=CRATED)
    pdf = pdf_of(made)
    assert bars(pdf, dpi) == [("(01)09521234543213(13)261124(10)L2611-023", "]C1")]
    assert "(01) 09521234543213 (13) 261124 (10) L2611-023" in text_of(pdf)
    for reading in (150, 203, 300, 600):
        assert Counter(decode(pdf, reading)) == Counter(made.texts), reading


LONG = (("01", "09521234543213"), ("10", "L-A-B-C-D-E-F-G-H-1J"))


PALLETS, CRATES = (
    (Template.PALLET, (), 31.75, 0.495),
    (Template.CRATE, CRATED.elements, 12.70, 0.250),
)
ASKED = [(dpi, *kind) for dpi in DOTS_MM for kind in (PALLETS, CRATES)]


@pytest.mark.parametrize(
    ("dpi", "template", "elements", "high", "narrow"),
    [*ASKED, (203, Template.CRATE, LONG, 12.70, 0.250)],
)
def test_bars_have_the_height_and_the_white_around_that_gs1_asks_for(
    dpi, template, elements, high, narrow
):
    made = replace(sheet(template, dpi, serials=False), face=replace(FACE, elements=elements))
    found = measured(pdf_of(made), len(element_bars(elements or (("00", FACE.sscc),))[1]))
    assert found.height >= high - 0.03
    assert found.narrowest >= narrow - 0.03
    assert min(found.left, found.right) >= 10 * found.narrowest - 0.05
    # What people read touches no bar, and words above keep off them too.
    assert 1.0 <= found.below <= 2.0
    assert found.above >= 1.0


@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_bars_are_read_at_every_resolution_that_shows_them(dpi):
    pallet = pdf_of(sheet(Template.PALLET, dpi, serials=False))
    crate = pdf_of(replace(sheet(Template.CRATE, dpi, serials=False), face=CRATED))
    for reading in (150, 203, 300, 600):
        assert bars(pallet, reading) == [("(00)095212345432100017", "]C1")], reading
    # 150 dots an inch show one and a half for a bar of 0.25 mm: a picture has no more to tell.
    for reading in (203, 300, 600):
        said = [("(01)09521234543213(13)261124(10)L2611-023", "]C1")]
        assert bars(crate, reading) == said, reading


def test_bars_of_a_crate_say_what_gs1_gave_numbers_for(land):
    bare, packed = land.harvest(), land.harvest(gtin="08938500000010")
    for lot_id, elements in (
        (bare, ()),
        (packed, (("01", "08938500000010"), ("10", "L2611-002"))),
    ):
        batch = card(land, printing(land, lot_id, template=Template.CRATE, count=1))
        assert face_of(batch.printed, Template.CRATE).elements == elements
        assert face_of(batch.printed, Template.STICKER).elements == ()


def test_bars_that_do_not_fit_on_a_crate_are_left_out():
    long = replace(FACE, elements=LONG)
    said = [("(01)09521234543213(10)L-A-B-C-D-E-F-G-H-1J", "]C1")]
    for dpi, found in ((203, said), (300, [])):
        made = replace(sheet(Template.CRATE, dpi, serials=False), face=long)
        assert bars(pdf_of(made), 600) == found


def test_a_pallet_without_a_number_has_no_bars():
    made = sheet(Template.PALLET, 300, serials=False)
    assert bars(pdf_of(replace(made, face=replace(FACE, sscc=""))), 300) == []


@pytest.mark.parametrize("dpi", [203, 600])
def test_sheets_for_other_printers_decode_too(dpi):
    made = sheet(Template.SHEET, dpi, serials=True)
    assert Counter(decode(pdf_of(made), 300)) == Counter(made.texts)


def test_the_same_words_make_the_same_bytes():
    made = sheet(Template.STICKER, 300, serials=True)
    assert pdf_of(made) == pdf_of(made)


def test_a_drawing_is_one_page_whose_letters_need_no_font():
    made = sheet(Template.STICKER, 203, serials=True)
    for drawing in (svg_of(made, page=2), look_of(made), svg_of(made, page=99)):
        root = ET.fromstring(drawing)
        size = [
            float(root.get(side).removesuffix("pt")) * 25.4 / 72 for side in ("width", "height")
        ]
        assert size == pytest.approx([50, 30])
        assert b"<text" not in drawing
        assert b'href="http' not in drawing


def test_vietnamese_letters_are_in_the_document():
    assert "Vải thiều Thanh Hà" in text_of(pdf_of(sheet(Template.CRATE, 300, serials=False)))


@given(st.integers(21, 177), st.sampled_from(Template), st.sampled_from(list(DOTS_MM)))
def test_a_module_is_whole_dots_within_what_shops_read_or_is_refused(modules, template, dpi):
    form = FORMATS[template]
    try:
        found = fit(modules, template, dpi)
    except Invalid:
        assert LEAST_MM * (modules + 8) > form.code_mm - 0.11 * (modules + 8)
        return
    assert found.module_mm == pytest.approx(found.dots * DOTS_MM[dpi])
    assert LEAST_MM <= found.module_mm <= form.module_most_mm
    assert found.side_mm <= form.code_mm


def test_what_does_not_fit_says_how_much_room_there_is():
    with pytest.raises(Invalid) as refused:
        fit(37, Template.SHEET, 203)
    assert refused.value.values == {"needed": "22.5", "room": "20.6"}
    assert fit(37, Template.SHEET, 300).dots == 5
    assert fit(29, Template.SHEET, 203).module_mm == 0.5


@pytest.mark.parametrize(
    ("address", "printed"),
    [
        (LOT, LOT.upper()),
        # No smaller in capitals: it stays as people write it.
        (f"{ROOT}/t/7K3M9PQRT2VW", f"{ROOT}/t/7K3M9PQRT2VW"),
        (f"{ROOT}/t/7K3M9PQRT2VW/0123456789AB", f"{ROOT}/t/7K3M9PQRT2VW/0123456789AB".upper()),
        # A stem in small letters, a query or a small letter in a value would change their meaning.
        (f"{ROOT}/stem/01/09521234543213/10/L1", f"{ROOT}/stem/01/09521234543213/10/L1"),
        (f"{LOT}?17=261130", f"{LOT}?17=261130"),
        (f"{ROOT}/01/09521234543213/10/l1", f"{ROOT}/01/09521234543213/10/l1"),
    ],
)
def test_an_address_is_printed_in_capitals_only_where_it_means_the_same(address, printed):
    assert printed_form(address) == printed
    assert symbol(printed).version <= symbol(address).version


def test_capitals_make_the_symbol_of_a_lot_smaller():
    assert (symbol(LOT).version, symbol(printed_form(LOT)).version) == (4, 3)


def printing(land: Land, lot_id: str, **changes) -> str:
    wish = Wish(**{"template": Template.SHEET, "dpi": 300, "count": 65} | changes)
    return land.run(labels.print_labels, lot_id, wish=wish, root=ROOT, actor=land.owner)


def card(land: Land, batch_id: str):
    land.session.rollback()
    return batch_of(land.session, batch_id, vendor_id=land.vendor_id)


def test_labels_are_printed_from_what_was_known_when_they_were_ordered(land):
    lot_id = land.harvest()
    batch = card(land, printing(land, lot_id, net="500 g"))
    with land.session.begin_nested() as _:
        land.session.execute(sa.text("UPDATE vendor SET name = 'Another name'"))
        land.session.execute(sa.text("UPDATE farm SET name = 'Another farm'"))
    face = face_of(batch.printed, batch.template)
    assert (face.title, face.title_en) == ("Vải Thanh Hà", "Thanh Ha lychee")
    assert (face.maker, face.place) == ("HTX V01", "Vườn vải Thanh Khê, Xã Thanh Hà")
    assert face.lines == ("Khối lượng 500 g", "Thu hoạch 23/11/2026")
    larger = face_of(batch.printed, Template.CRATE)
    assert larger.lines == ("Khối lượng / Net 500 g", "Thu hoạch / Harvested 23/11/2026")
    assert (batch.level, batch.module_um, batch.count, batch.usable) == ("M", 508, 65, 65)
    lot = queries.lot_cards(land.session, [lot_id])[lot_id]
    assert sheet_of(land.session, batch).texts == (f"{ROOT}/t/{lot.trace_code}",) * 65


def test_a_lot_that_may_not_be_sold_gets_no_label(land):
    lot_id = land.harvest()
    batch_id = printing(land, lot_id)
    land.run(lots.hold_lot, lot_id, reason="Chờ kiểm tra", actor=land.owner)
    for act in (
        lambda: printing(land, lot_id),
        lambda: land.run(labels.reprint_labels, batch_id, count=1, actor=land.owner),
    ):
        with pytest.raises(LotNotOpen):
            act()
    assert count(land.session, LabelBatch) == 1
    assert not card(land, batch_id).may_be_printed


def test_numbers_are_twelve_letters_that_nobody_misreads_and_never_the_same(land):
    batch = card(land, printing(land, land.harvest(), serials=True, count=200))
    numbers = set(land.session.scalars(sa.select(SerialUnit.serial)))
    assert len(numbers) == 200
    assert all(
        len(one) == 12 and not set(one) - set("0123456789ABCDEFGHJKMNPQRSTVWXYZ") for one in numbers
    )
    made = sheet_of(land.session, batch)
    assert set(made.serials) == numbers
    assert made.texts[0].endswith(f"/{made.serials[0]}")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"count": 0}, "count"),
        ({"count": 5001}, "count"),
        ({"count": 2001, "serials": True}, "count"),
        ({"template": Template.CRATE, "serials": True}, "serials"),
        ({"dpi": 72}, "dpi"),
        ({"template": Template.CERTIFICATE, "count": 101}, "count"),
    ],
)
def test_what_cannot_be_printed_is_refused_by_name(land, changes, field):
    lot_id = land.harvest()
    with pytest.raises(Invalid) as refused:
        printing(land, lot_id, **changes)
    assert refused.value.field == field
    assert count(land.session, LabelBatch) == 0


def test_labels_are_spoiled_reprinted_put_on_goods_sold_and_voided(land):
    lot_id = land.harvest()
    batch_id = printing(land, lot_id, serials=True, count=5, template=Template.STICKER)
    first, second, third = sheet_of(land.session, card(land, batch_id)).serials[:3]
    land.run(labels.spoil_labels, batch_id, serials=[first, first], actor=land.owner)
    assert (card(land, batch_id).usable, card(land, batch_id).spoiled) == (4, 1)
    again = land.run(labels.reprint_labels, batch_id, count=1, actor=land.owner)
    assert card(land, again).reprint_of == batch_id
    assert labels_made(land.session, lot_id) == 5
    # What is not on goods cannot be sold, what is void not either.
    for serial in (first, second):
        with pytest.raises(Conflict):
            land.run(labels.sell_serials, lot_id, serials=[serial], actor=land.owner)
    land.run(labels.apply_labels, batch_id, actor=land.owner)
    assert land.run(labels.sell_serials, lot_id, serials=[second], actor=land.owner) == 1
    with pytest.raises(Invalid):
        land.run(labels.spoil_labels, again, serials=[third], actor=land.owner)
    land.run(labels.void_labels, batch_id, reason="In nhầm lô", actor=land.owner)
    land.session.rollback()
    states = dict(land.session.execute(sa.select(SerialUnit.serial, SerialUnit.state)).all())
    assert (states[first], states[second], states[third]) == (
        SerialState.VOID,
        SerialState.SOLD,
        SerialState.VOID,
    )
    assert card(land, batch_id).state is BatchState.VOIDED
    assert labels_made(land.session, lot_id) == 1
    with pytest.raises(Conflict):
        land.run(labels.apply_labels, batch_id, actor=land.owner)
    assert [one.id for one in batches_of_lot(land.session, lot_id=lot_id)] == [again, batch_id]


@pytest.mark.parametrize("number", [0, 66])
def test_no_more_labels_are_spoiled_than_there_are(land, number):
    batch_id = printing(land, land.harvest())
    with pytest.raises(Invalid):
        land.run(labels.spoil_labels, batch_id, number=number, actor=land.owner)
    assert card(land, batch_id).spoiled == 0


def test_labels_of_others_are_nobodys(land):
    from tests.traceability.land import STRANGER

    lot_id = land.harvest()
    batch_id = printing(land, lot_id)
    for act, values in (
        (labels.apply_labels, {}),
        (labels.spoil_labels, {"number": 1}),
        (labels.void_labels, {"reason": "Không phải"}),
        (labels.reprint_labels, {"count": 1}),
    ):
        with pytest.raises(NotFound):
            land.run(act, batch_id, actor=STRANGER, **values)
    assert batch_of(land.session, batch_id, vendor_id="01ANOTHER") is None
    assert card(land, batch_id).printed_at == NOW

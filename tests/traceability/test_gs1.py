"""GTINs and Digital Link paths."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import Invalid
from traceability.errors import BadCode
from traceability.gs1 import (
    Link,
    check_digit,
    ids,
    is_gtin14,
    lot_address,
    lot_path,
    read_gln,
    read_gtin,
    read_path,
)

GTIN = "08938500000010"
GLN, SSCC, GS1 = "9521234543213", "952123454321000014", "https://id.gs1.org"
lots = st.text("!\"%&'()*+,-./0123456789:;<=>?ABCXYZ_abcxyz", min_size=1, max_size=20)
stems = st.text("0123456789", min_size=13, max_size=13)


@pytest.mark.parametrize(
    ("digits", "check"), [("629104150021", "3"), ("0952012345678", "8"), ("0893850000001", "0")]
)
def test_the_check_digit_of_known_numbers(digits, check):
    assert check_digit(digits) == check


@given(stems, st.integers(0, 13), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(stem, place, change):
    right = stem + check_digit(stem)
    wrong = right[:place] + str((int(right[place]) + change) % 10) + right[place + 1 :]
    assert is_gtin14(right)
    assert not is_gtin14(wrong)


@pytest.mark.parametrize("text", ["8938500000010", "893 850000001-0", GTIN, " 08938500000010"])
def test_a_gtin_is_read_as_printed_and_kept_with_fourteen_digits(text):
    assert read_gtin(text) == GTIN


@pytest.mark.parametrize(
    "text", ["", "8938500000016", "893850000001", "abc", "0" * 14, "\uff11" * 8, GTIN + "0"]
)
def test_no_gtin_is_ever_made_up(text):
    with pytest.raises(Invalid) as refusal:
        read_gtin(text)
    assert refusal.value.field == "gtin"


@given(lots)
def test_every_lot_code_comes_back_from_its_path(lot):
    assert read_path(lot_path(GTIN, lot)) == Link(GTIN, lot)


def test_a_slash_and_a_percent_sign_are_escaped():
    assert lot_path(GTIN, "A/B%1") == f"/01/{GTIN}/10/A%2FB%251"


def test_the_address_in_a_code_is_a_digital_link_only_with_a_gtin():
    address = lot_address("https://cho.example/", trace_code="7K3M9P", gtin=None, code="L2611-001")
    assert address == "https://cho.example/t/7K3M9P"
    linked = lot_address("https://cho.example", trace_code="7K3M9P", gtin=GTIN, code="L2611-001")
    assert linked == f"https://cho.example/01/{GTIN}/10/L2611-001"


@pytest.mark.parametrize(
    ("path", "link"),
    [
        (f"/01/{GTIN}", Link(GTIN)),
        (f"/01/{GTIN}/", Link(GTIN)),
        (f"/01/{GTIN}/10/AB/21/S1", Link(GTIN, "AB", "S1")),
        (f"/01/{GTIN}/22/V/10/AB", Link(GTIN, "AB", None, "V")),
        (f"/01/{GTIN}/10/A+B", Link(GTIN, "A+B")),
    ],
)
def test_qualifiers_are_read_in_their_order(path, link):
    assert read_path(path) == link


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/01",
        "/01/",
        "/01/8938500000010",
        "/01/08938500000016",
        f"/01/{GTIN}/foo",
        f"/01/{GTIN}/10",
        f"/01/{GTIN}/10/",
        f"/01/{GTIN}/10/A//",
        f"/01/{GTIN}/21/S1/10/L1",
        f"/01/{GTIN}/10/A/10/A",
        f"/01/{GTIN}/17/261231",
        f"/01/{GTIN}/99/ABC",
        f"/01/{GTIN}/10/{'A' * 21}",
        f"/01/{GTIN}/10/%00",
        f"/01/{GTIN}/10/%",
        f"/01/{GTIN}/10/%C4%90",
        f"/01/{GTIN}/10/A B",
        f"/01/{GTIN}/10/A^B",
        f"//01/{GTIN}",
        f"/02/{GTIN}",
    ],
)
def test_what_is_no_digital_link_is_refused(path):
    with pytest.raises(BadCode) as refusal:
        read_path(path)
    assert refusal.value.status == 400


@given(st.text(max_size=60))
def test_whatever_is_scanned_the_answer_is_a_link_or_a_refusal(text):
    for path in (text, f"/01/{GTIN}/{text}"):
        try:
            assert is_gtin14(read_path(path).gtin)
        except BadCode:
            continue


ROOT = "https://cho.example/"


@pytest.mark.parametrize(
    ("made", "name"),
    [
        (ids.lot_id(ROOT, gtin=GTIN, code="A/1", trace_code="T"), f"{GS1}/01/{GTIN}/10/A%2F1"),
        (ids.lot_id(ROOT, gtin=None, code="A/1", trace_code="T"), "https://cho.example/t/T"),
        (ids.unit_id(ROOT, gtin=GTIN, trace_code="T", serial="S"), f"{GS1}/01/{GTIN}/21/S"),
        (ids.unit_id(ROOT, gtin=None, trace_code="T", serial="S"), "https://cho.example/t/T/S"),
        (ids.place_id(ROOT, gln=GLN, extension=None, code="C"), f"{GS1}/414/{GLN}"),
        (ids.place_id(ROOT, gln=GLN, extension="P1", code="C"), f"{GS1}/414/{GLN}/254/P1"),
        (ids.place_id(ROOT, gln=None, extension="P1", code="C"), "https://cho.example/p/C"),
        (ids.party_id(ROOT, gln=GLN, slug="v"), f"{GS1}/417/{GLN}"),
        (ids.party_id(ROOT, gln=None, slug="v"), "https://cho.example/v/v"),
        (ids.load_id(ROOT, sscc=SSCC, code="C"), f"{GS1}/00/{SSCC}"),
        (ids.load_id(ROOT, sscc=None, code="C"), "https://cho.example/u/C"),
    ],
)
def test_things_are_called_by_their_numbers_of_gs1_or_by_codes_of_the_house(made, name):
    assert made == name


@pytest.mark.parametrize("text", ["9521234543213", "952 1234 54321-3"])
def test_a_gln_is_read_as_people_write_it(text):
    assert read_gln(text) == "9521234543213"


@pytest.mark.parametrize("text", ["", "9521234543214", "952123454321", "0" * 13, "x"])
def test_no_gln_is_ever_made_up(text):
    with pytest.raises(Invalid) as refusal:
        read_gln(text)
    assert refusal.value.field == "gln"

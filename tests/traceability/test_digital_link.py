"""Digital Links: the table of AIs against GS1's dictionary, the reader against GS1's engine."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.errors import BadCode
from traceability.gs1 import build, check_digit, parse, read_request
from traceability.gs1.checks import CHECKS, CSET_82
from traceability.gs1.table import IDENTIFIERS, Part

DATA = Path(__file__).parents[3] / "shared" / "data" / "gs1"
GTIN = "09520123456788"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data/gs1 is not there")

PART = re.compile(r"(\[?)([NXYZ])(\.\.)?(\d+)\]?((?:,\w+)*)")


def dictionary():
    """GS1's own lines, as what they say of each AI."""
    for line in (DATA / "gs1-syntax-dictionary.txt").read_text().splitlines():
        words = re.sub(r"\s#\s.*", "", line).split()
        if not words or line.startswith("#"):
            continue
        first, _, last = words.pop(0).partition("-")
        marks = words.pop(0) if re.fullmatch(r"[*?]+", words[0]) else ""
        said = {"req": [], "ex": [], "dlpkey": None}
        parts = []
        for word in words:
            name, _, value = word.partition("=")
            if name == "dlpkey":
                said[name] = tuple(tuple(filter(None, v.split(","))) for v in value.split("|"))
            elif name in said:
                said[name].append(value)
            else:
                lack, kind, up_to, most, checks = PART.fullmatch(word).groups()
                least = 1 if up_to else int(most)
                parts.append(Part(kind, least, int(most), tuple(checks.split(",")[1:]), bool(lack)))
        for number in range(int(first), int(last or first) + 1):
            yield str(number).zfill(len(first)), marks, tuple(parts), said


@needs_data
def test_the_table_says_of_each_identifier_what_the_dictionary_says():
    seen = 0
    for code, marks, parts, said in dictionary():
        ours = IDENTIFIERS[code]
        assert (ours.code, ours.fixed, ours.is_attribute) == (code, "*" in marks, "?" in marks)
        assert ours.parts == parts, code
        groups = tuple(
            tuple(tuple(one.split("+")) for one in group.split(",")) for group in said["req"]
        )
        assert ours.needs == groups, code
        assert ours.bars == tuple(",".join(said["ex"]).split(",")) * bool(said["ex"]), code
        assert ours.qualifiers == said["dlpkey"], code
        seen += 1
    assert seen == len(IDENTIFIERS) == 541


def test_every_check_of_the_table_is_there_and_none_is_idle():
    named = {name for one in IDENTIFIERS.values() for part in one.parts for name in part.checks}
    assert named == set(CHECKS)


def read_cases():
    if not DATA.is_dir():
        return []
    return json.loads((DATA / "dl_parse_cases.json").read_text())["cases"]


@needs_data
@pytest.mark.parametrize("case", read_cases(), ids=lambda case: f"{case['n']} {case['uri']}")
def test_the_reader_says_what_the_engine_of_gs1_says(case):
    try:
        link = parse(case["uri"])
    except BadCode:
        # A short GTIN in the query: the engine refuses it, too, since the end of May 2026.
        assert not case["valid"] or "disputed" in case
        return
    assert case["valid"]
    assert "".join(f"({code}){value}" for code, value in link.elements) == case["ai"]
    assert link.canonical == case["canonical"]


@pytest.mark.parametrize(
    ("uri", "canonical"),
    [
        # The rules no given case has: ";" separates, too; what is of fixed length comes first.
        (f"https://a/01/{GTIN}?99=X;17=261231", f"/01/{GTIN}?17=261231&99=X"),
        (f"https://a/01/{GTIN}/10/A%2FB", f"/01/{GTIN}/10/A%2FB"),
        ("https://a/414/9521234543213/254/P%2F1", "/414/9521234543213/254/P%2F1"),
        ("https://a/417/9521234543213", "/417/9521234543213"),
        (f"https://a/01/{GTIN}/21/S?8030=AbC-_d", f"/01/{GTIN}/21/S?8030=AbC-_d"),
        (f"https://a/01/{GTIN}?422=704&427=HD", f"/01/{GTIN}?422=704&427=HD"),
        (f"https://a/01/{GTIN}?17=260200", f"/01/{GTIN}?17=260200"),
        (f"https://a/01/{GTIN}?7007=260501260630", f"/01/{GTIN}?7007=260501260630"),
        (f"https://a/01/{GTIN}?8008=26050112", f"/01/{GTIN}?8008=26050112"),
        (f"https://a/01/{GTIN}?7030=704PUC1", f"/01/{GTIN}?7030=704PUC1"),
        (f"https://a/01/{GTIN}?linkType=gs1:pip&context=VN", f"/01/{GTIN}"),
    ],
)
def test_what_our_codes_may_say(uri, canonical):
    assert parse(uri).canonical == "https://id.gs1.org" + canonical


@pytest.mark.parametrize(
    "rest",
    [
        f"01/{GTIN}?8030=AbC",  # a signature on a bare product
        f"01/{GTIN}/10/L?8030=AbC",  # or on a bare lot
        f"01/{GTIN}?8030=A=bC",  # padding in the middle
        "253/9521234543213?8030=AbC",  # a signed document without a serial number
        f"01/{GTIN}?427=HD",  # a province without a country
        f"01/{GTIN}?422=999",  # no such country
        f"01/{GTIN}?17=260230",
        f"01/{GTIN}?7007=260200",
        f"01/{GTIN}?8008=26050124",
        f"01/{GTIN}?21=S",  # belongs in the path
        f"01/{GTIN}/235/T/10/L",  # never mixed
        f"01/{GTIN}?10=L",
        f"01/{GTIN}/10/L%C3%B4",  # no Vietnamese letters
        f"01/{GTIN}/10/L%5E",
        "8006/095201234567880000",
        "8006/095201234567880302",
        "00/952012345678912340",
        "414/9521234543210",
        f"01/{GTIN}?3103=000189&3102=000189",  # two net weights
        f"02/{GTIN}",
    ],
)
def test_what_no_code_may_say(rest):
    with pytest.raises(BadCode):
        parse(f"https://a/{rest}")


def test_the_month_may_lack_its_day_in_leap_years_as_well():
    assert parse(f"https://a/01/{GTIN}?17=240229").query == (("17", "240229"),)
    with pytest.raises(BadCode):
        parse(f"https://a/01/{GTIN}?17=250229")


@pytest.mark.parametrize("path", [f"//01/{GTIN}", f"/stem/01/{GTIN}", f"/01/{GTIN}//", "/"])
def test_a_request_has_no_stem_and_one_trailing_slash_at_most(path):
    assert read_request(f"/01/{GTIN}/").path == (("01", GTIN),)
    with pytest.raises(BadCode):
        read_request(path)


values = st.text(CSET_82, min_size=1, max_size=20)
stems = st.text("0123456789", min_size=13, max_size=13)


@given(stems, st.lists(values, min_size=3, max_size=3), st.sets(st.integers(0, 2)))
def test_what_is_built_is_read_again(stem, texts, chosen):
    pairs = [("01", stem + check_digit(stem))]
    pairs += [(("22", "10", "21")[i], texts[i]) for i in sorted(chosen)]
    uri = build(pairs, root="https://cho.example/", query=[("99", texts[0]), ("17", "261200")])
    link = parse(uri)
    assert link.path == tuple(pairs)
    assert link.query == (("17", "261200"), ("99", texts[0]))
    assert parse(link.canonical).path == link.path
    assert uri.startswith(f"https://cho.example/01/{pairs[0][1]}")


@given(st.sampled_from(sorted(IDENTIFIERS)), st.text(max_size=30), st.text(max_size=30))
def test_whatever_is_asked_the_answer_is_a_link_or_a_refusal(code, value, query):
    for uri in (
        value,
        f"https://a/{code}/{value}?{query}",
        f"https://a/01/{GTIN}/{code}/{value}?{code}={query}",
        f"https://a/01/{GTIN}?{code}={value}&{query}",
    ):
        try:
            link = parse(uri)
        except BadCode:
            continue
        assert parse(link.canonical).canonical == link.canonical


@given(st.sampled_from(sorted(IDENTIFIERS)), st.text("0123456789/VN-A=", max_size=20))
def test_no_value_breaks_its_checks(code, value):
    try:
        build([("01", GTIN)], query=[(code, value)])
    except BadCode:
        return
    assert IDENTIFIERS[code].is_attribute

"""Words that may not be offered, words that want a look, and pictures that are somebody else's."""

import io
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from catalog.rules.checks import (
    BANDS,
    WORD_LISTS,
    Check,
    bands,
    distance,
    find_in_texts,
    is_small,
    marked_parts,
    read_entries,
    syllables,
    watched,
)
from kernel.pictures import likeness_of
from kernel.rules_seed import SEED
from kernel.text import fold, nfc

RULES = {row[0]: row[1] for row in SEED}
ENTRIES = read_entries(RULES)
BANNED_WORDS = [
    words
    for entry in RULES["listing.words.banned"]
    for words in entry["words"]
    if not words.startswith("-")
]
LIKENESS = st.integers(min_value=-(2**63), max_value=2**63 - 1)


def found(text, field="title_vi", proved=()):
    return [
        (one.check, one.words) for one in find_in_texts([(field, text)], ENTRIES, proved=proved)
    ]


def checks(text, field="title_vi", proved=()):
    return [check for check, _words in found(text, field, proved)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Bán súng săn còn mới", "súng săn"),
        ("SÚNG SĂN", "SÚNG SĂN"),
        ("Pháo nổ Bình Đà", "Pháo nổ"),
        ("ban sung san", "sung san"),
        ("Cao hổ cốt nguyên chất", "Cao hổ cốt"),
        ("cao ho cot nguyen chat", "cao ho cot"),
        ("vòng ngà-voi", "ngà-voi"),
        ("Ma tuý", "Ma tuý"),
        ("ma túy", "ma túy"),
    ],
)
def test_banned_goods_are_found_however_they_are_typed(text, words):
    assert found(nfc(text)) == [("banned", words)]


def test_english_names_of_banned_goods_are_found():
    assert found("Elephant Ivory bracelet", "title_en") == [("banned", "Elephant Ivory")]


@pytest.mark.parametrize(
    "text",
    [
        "Hoa súng tím",
        "Ngó súng, bông súng đồng quê",
        "Cà pháo muối giòn",
        "Quả sung muối",
        "sung say deo",
        "Lá mật gấu sấy khô",
        "Thịt lợn rừng lai",
        "Mật ong hoa vải",
        "Voi con bằng gỗ, sơn màu ngà",
        "Chị Nga với vườn vải",
        "Phân hữu cơ vi sinh",
        "Thuốc. Lá điện tử",
        "Hương liệu, không dùng chất cấm",
        "Thực phẩm này không phải là thuốc và không có tác dụng thay thế thuốc chữa bệnh.",
        "Bánh nổ",
        "xúng xính áo mới",
    ],
)
def test_innocent_compounds_and_sentences_are_left_alone(text):
    assert found(nfc(text)) == []


@pytest.mark.parametrize(
    "text", ["Chi Nga voi vuon vai", "Bán phao tep các loại", "vay te te ngon"]
)
def test_what_may_be_meant_without_accents_is_shown_to_the_officer(text):
    assert set(checks(nfc(text))) <= {"unsure", "banned"}
    assert checks(nfc(text)) != []


def test_two_syllables_without_accents_are_not_refused():
    assert checks("chi nga voi vuon vai") == ["unsure"]


def test_a_claim_is_nothing_to_look_at_when_its_certificate_is_verified():
    assert found("Rau hữu cơ") == [("claim", "hữu cơ")]
    assert found("rau huu co") == [("claim", "huu co")]
    assert found("Rau hữu cơ", proved={"organic"}) == []
    assert checks("Rau hữu cơ OCOP 4 sao", proved={"organic"}) == ["claim"]
    assert found("Organic tea", "title_en") == [("claim", "Organic")]


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("Trà lá sen chữa bệnh mất ngủ", "health"),
        ("Hàng xách tay, không hóa đơn", "origin"),
        ("hàng không rõ nguồn gốc", "origin"),
    ],
)
def test_healing_and_unknown_origin_are_flagged(text, check):
    assert set(checks(nfc(text), "description_vi")) == {check}


def test_what_is_worst_comes_first():
    assert checks("Rau hữu cơ chữa bệnh, tặng súng săn") == ["banned", "claim", "health"]


def test_no_word_of_the_lists_is_hidden_by_its_own_exceptions():
    for key in WORD_LISTS:
        for entry in RULES[key]:
            for words in entry["words"]:
                if words.startswith("-"):
                    continue
                assert find_in_texts([("title_vi", nfc(words))], ENTRIES), words


@given(st.text(max_size=200))
def test_any_text_can_be_looked_at(text):
    text = nfc(text)
    for field in ("title_vi", "title_en"):
        for one in find_in_texts([(field, text)], ENTRIES):
            assert one.words
            assert one.words in text
    assert watched([("title_vi", text)], ENTRIES) is not None


@given(st.text(max_size=200))
def test_syllables_stand_where_they_say(text):
    text = nfc(text)
    spoken = syllables(text)
    assert [one.start for one in spoken] == sorted(one.start for one in spoken)
    assert all(fold(text[one.start : one.end]) == one.plain for one in spoken)
    assert all(a.end <= b.start for a, b in pairwise(spoken))


@given(
    st.sampled_from(BANNED_WORDS),
    st.sampled_from(["", "Bán ", "(", "xx "]),
    st.sampled_from(["", " tốt", ")", "!"]),
)
def test_a_banned_name_is_refused_wherever_it_stands(words, before, after):
    assert "banned" in checks(nfc(f"{before}{words}{after}"))


@given(
    st.sampled_from(BANNED_WORDS),
    st.sampled_from("abcxyzđ"),
)
def test_inside_a_longer_syllable_no_name_is_found(words, letter):
    glued = nfc(f"{letter}{words.replace(' ', letter)}{letter}")
    assert "banned" not in checks(glued)


@given(st.text(max_size=100), st.sets(st.text(max_size=5), max_size=4))
def test_marking_words_loses_nothing(text, words):
    text = nfc(text)
    parts = marked_parts(text, words)
    assert "".join(part for part, _hit in parts) == text
    assert all(part in words for part, hit in parts if hit)


def test_marked_words_are_told_apart():
    assert marked_parts("Rau hữu cơ sạch", {"hữu cơ"}) == [
        ("Rau ", False),
        ("hữu cơ", True),
        (" sạch", False),
    ]


def test_the_longer_side_decides_whether_a_picture_is_small():
    assert is_small(639, 639, 640)
    assert not is_small(640, 10, 640)


@given(LIKENESS, st.sets(st.integers(min_value=0, max_value=63), max_size=BANDS - 1))
def test_pictures_that_differ_in_three_bits_share_a_band(likeness, flips):
    other = likeness
    for place in flips:
        other ^= 1 << place
    assert distance(likeness, other) == len(flips)
    assert any(a == b for a, b in zip(bands(likeness), bands(other), strict=True))


@given(LIKENESS)
def test_bands_are_whole_numbers_of_sixteen_bits(likeness):
    parts = bands(likeness)
    assert len(parts) == BANDS
    assert all(0 <= part < 1 << 16 for part in parts)
    assert sum(part << (16 * place) for place, part in enumerate(parts)) == likeness % (1 << 64)


def orchard(seed=0, size=(900, 700)):
    image = Image.new("RGB", size, "#8fb97a")
    draw = ImageDraw.Draw(image)
    for number in range(24):
        x, y = (number * 137 + seed * 61) % size[0], (number * 89 + seed * 211) % size[1]
        draw.ellipse((x - 70, y - 70, x + 70, y + 70), fill=(40 + number * 7, 30 + number * 3, 50))
    return image


def again(image, quality):
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(file).convert("RGB")


def test_a_picture_sent_on_smaller_and_worse_is_still_like_itself():
    first = orchard()
    copy = again(first.resize((450, 350)), 40)
    assert distance(likeness_of(first), likeness_of(copy)) <= 3
    assert distance(likeness_of(first), likeness_of(orchard(seed=5))) > 8


def test_a_plain_picture_is_like_nothing():
    assert likeness_of(Image.new("RGB", (400, 300), "green")) is None
    slope = Image.linear_gradient("L").rotate(90).resize((400, 300))
    assert likeness_of(slope) is None


def test_every_check_but_the_refusal_has_an_entry_or_a_rule():
    assert set(WORD_LISTS.values()) == {Check.BANNED, Check.CLAIM, Check.ORIGIN, Check.HEALTH}

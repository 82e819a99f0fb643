"""Records of a rule are read back as they were written, and what is typed wrong is named by its line."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import Invalid
from shop.ruling.records import read_records, write_records

LIST = [{"words": ["pháo nổ", "-pháo giấy"], "law": "137/2020/NĐ-CP"}]
NAMED = {"title": {"when": "any", "why": {"vi": "Đổi tên", "en": "Another name"}}}
WORD = st.text("aăâbcdđeê -", min_size=1, max_size=8).map(str.strip).filter(bool)


def test_a_list_is_a_block_each():
    text = "words: pháo nổ; -pháo giấy\nlaw: 137/2020/NĐ-CP"
    assert write_records(LIST) == text
    assert read_records(f"\n{text}\n\n\n{text}\n", LIST) == LIST * 2


def test_named_records_begin_with_their_name():
    text = "name: title\nwhen: any\nwhy.vi: Đổi tên\nwhy.en: Another name"
    assert write_records(NAMED) == text
    assert read_records(text, NAMED) == NAMED


@given(
    st.lists(st.fixed_dictionaries({"words": st.lists(WORD, min_size=1), "law": WORD}), min_size=1)
)
def test_whatever_is_written_is_read_back(records):
    assert read_records(write_records(records), LIST) == records


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("words pháo", 1),
        ("words: a\nlaw: b\n\nwords: c", 4),
        ("words: a\nwords: b\nlaw: c", 2),
        ("words: a\nlaw:", 2),
        ("words: a\nlaw: b\nmore: c", 3),
    ],
)
def test_what_is_wrong_is_named_by_its_line(text, line):
    with pytest.raises(Invalid) as refused:
        read_records(text, LIST)
    assert (refused.value.field, refused.value.values["line"]) == ("records", line)


@pytest.mark.parametrize("text", ["", "\n \n", "name: a\nwhen: b\nwhy.vi: c\nwhy.en: d\n\n" * 2])
def test_nothing_and_the_same_twice_are_refused(text):
    with pytest.raises(Invalid):
        read_records(text, NAMED)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text):
    with suppress(Invalid):
        assert read_records(text, LIST)

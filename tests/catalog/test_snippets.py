"""What was looked for is marked in texts, however its marks are written."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.search.snippets import Marker, Piece

TEXT = "Quả to, vỏ mỏng. Vải thiều chín đỏ, hái từ vườn cụ tổ ở Thúy Lâm."


def hits(pieces):
    return [piece.text for piece in pieces if piece.hit]


@pytest.mark.parametrize(
    ("meant", "typed", "text", "marked"),
    [
        (["vai", "thieu"], "vai thieu", "Vải thiều Thanh Hà", ["Vải thiều"]),
        (["vai", "thieu"], "VẢI THIỀU", "Vải thiều Thanh Hà", ["Vải thiều"]),
        (["thanh", "ha"], "thanh ha", "Vải thiều Thanh Hà, Hà Nam", ["Thanh Hà", "Hà"]),
        (["dua", "thom"], "dứa", "Dứa (thơm) và dừa", ["Dứa", "thơm"]),
        (["bo"], "bơ", "Bơ sáp, bò, bó, bo", ["Bơ", "bo"]),
        (["bo"], "bo", "Bơ sáp, bò", ["Bơ", "bò"]),
        (["hoa"], "hoà", "Hòa Bình", ["Hòa"]),
        (["mat ong"], "mat ong", "Mật ong hoa vải", ["Mật ong"]),
        (["cam"], "cam", "Camera", []),
        ([], "", "Vải thiều", []),
    ],
)
def test_words_are_marked_as_they_were_meant(meant, typed, text, marked):
    assert hits(Marker(meant, typed).mark(text)) == marked


def test_a_text_of_combining_marks_is_marked_and_kept_as_it_is():
    text = unicodedata.normalize("NFD", "Vải thiều Thanh Hà")
    pieces = Marker(["vai", "thieu"], "vải thiều").mark(text)
    assert hits(pieces) == [unicodedata.normalize("NFD", "Vải thiều")]
    assert "".join(piece.text for piece in pieces) == text


def test_a_window_shows_the_first_hit_with_whole_words_around_it():
    long = "Một câu dài đứng ở trước. " * 6 + TEXT + " Và một câu dài đứng ở sau." * 6
    pieces = Marker(["thieu"], "thieu").window(["Không có gì.", long])
    assert hits(pieces) == ["thiều"]
    assert (pieces[0], pieces[-1]) == (Piece("\u2026"), Piece("\u2026"))
    shown = "".join(piece.text for piece in pieces)
    assert len(shown) < 150
    assert f" {shown.strip(chr(8230))} " in f" {long} "


def test_a_short_text_is_its_own_window_and_no_hit_has_none():
    marker = Marker(["thuy"], "thuy")
    assert "".join(piece.text for piece in marker.window([TEXT])) == TEXT
    assert marker.window(["Ổi", ""]) == ()


def test_markup_stays_text():
    pieces = Marker(["b"], "b").mark("<b>b</b>")
    assert [piece.text for piece in pieces] == ["<", "b", ">", "b", "</", "b", ">"]


@given(text=st.text(max_size=300), meant=st.lists(st.text(max_size=8), max_size=5))
def test_pieces_joined_are_the_text_and_a_window_is_part_of_it(text, meant):
    marker = Marker(meant, " ".join(meant))
    assert "".join(piece.text for piece in marker.mark(text)) == text
    shown = "".join(piece.text for piece in marker.window([text]) if piece.text != "\u2026")
    assert shown in " ".join(text.split())


@given(texts=st.lists(st.text(alphabet="aàbđoổ .", max_size=40), max_size=6))
def test_what_a_text_says_does_not_hang_on_the_texts_asked_about_before(texts):
    marker = Marker(["a", "bo"], "à bo")
    for text in texts:
        said = Marker(["a", "bo"], "à bo").hits_in(text)
        assert marker.hits_in(text) == said
        assert bool(said) == bool(hits(marker.mark(text)))


def test_only_words_that_were_looked_for_are_hits():
    marker = Marker(["vai", "thieu"], "vải")
    assert marker.hits_in("Vải thiều, vai áo, Vải") == {"vai", "thieu"}
    assert marker.hits_in("Vái lạy") == set()
    assert marker.hits_in("") == set()

"""Words as they look when keys were meant for a Vietnamese keyboard that was off, and slips."""

import random
import unicodedata

_TONES = {"\u0301": "s1", "\u0300": "f2", "\u0309": "r3", "\u0303": "x4", "\u0323": "j5"}
_SHAPES = {"\u0302": "6", "\u031b": "7", "\u0306": "8"}
_NEW_PLACES = (
    ("òa", "oà"), ("óa", "oá"), ("ỏa", "oả"), ("õa", "oã"), ("ọa", "oạ"),
    ("òe", "oè"), ("óe", "oé"), ("ỏe", "oẻ"), ("ọe", "oẹ"),
    ("ùy", "uỳ"), ("úy", "uý"), ("ủy", "uỷ"), ("ũy", "uỹ"), ("ụy", "uỵ"),
)  # fmt: skip


def bare(text: str) -> str:
    """Return a text without marks."""
    spread = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in spread if not unicodedata.combining(letter))


def telex(word: str, *, at_end: bool, lone_w: bool = False) -> str:
    """Return a syllable as Telex keys: the tone's at the end, or behind its vowel.

    ``lone_w`` types ư as "w" alone.
    """
    return _typed(word, 0, at_end=at_end, lone_w=lone_w)


def vni(word: str, *, at_end: bool) -> str:
    """Return a syllable as VNI keys."""
    return _typed(word, 1, at_end=at_end, lone_w=False)


def _typed(word: str, kind: int, *, at_end: bool, lone_w: bool) -> str:
    typed, tone = "", ""
    for letter in unicodedata.normalize("NFC", word):
        spread = unicodedata.normalize("NFD", letter)
        base, marks = spread[0], spread[1:]
        shape = next((_SHAPES[mark] for mark in marks if mark in _SHAPES), "")
        key = next((_TONES[mark][kind] for mark in marks if mark in _TONES), "")
        if base in "đĐ":
            typed += "d9" if kind else "dd"
        elif kind or not shape:
            typed += base + (shape if kind else "")
        elif lone_w and base == "u":
            typed += "w"
        else:
            typed += base + (base if shape == "6" else "w")
        if key and at_end:
            tone = key
        else:
            typed += key
    return typed + tone


def other_tone_place(text: str) -> str:
    """Return a text with "hòa" written "hoà", and the like."""
    for old, new in _NEW_PLACES:
        text = text.replace(old, new)
    return text


def slip(text: str, chance: random.Random) -> str:
    """Return a text with one slip of the finger: left out, doubled, exchanged or swapped."""
    spots = [at for at in range(1, len(text) - 1) if text[at : at + 2].isalpha()]
    if not spots:
        return text
    at = chance.choice(spots)
    kind = chance.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    if kind == 2:
        return text[:at] + chance.choice("aeiounhtgc") + text[at + 1 :]
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]

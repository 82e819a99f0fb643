"""Words as people type them: composed or not, with or without accents."""

import re
import unicodedata
from collections.abc import Sequence

_MARKS = {
    "\u0302": "6",  # â ê ô
    "\u031b": "7",  # ơ ư
    "\u0306": "8",  # ă
    "\u0301": "s",
    "\u0300": "f",
    "\u0309": "r",
    "\u0303": "x",
    "\u0323": "j",
}
"""Combining marks of Vietnamese by the keys that type them (VNI for letters, Telex for tones)."""


_COMBINING = {key: mark for mark, key in _MARKS.items()}


def nfc(text: str) -> str:
    """Return a text with every letter composed: what the house stores and compares."""
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """Return a text in small letters without accents or punctuation: "Bơ Sáp-034" is "bo sap 034"."""
    plain = "".join(letter for letter in _spread(text) if not unicodedata.combining(letter))
    return " ".join(re.findall(r"[^\W_]+", plain.replace("đ", "d")))


def slug(text: str, most: int = 80) -> str:
    """Return a text as part of an address: "HTX Đức Chính" is "htx-duc-chinh"."""
    plain = "-".join(re.findall(r"[a-z0-9]+", fold(text)))
    return plain if len(plain) <= most else plain[: most + 1].rpartition("-")[0] or plain[:most]


def tone_code(syllable: str) -> str:
    """Return a syllable's letters and its marks in ASCII: "bơ" is "bo_7", "Vải" is "vai_r".

    Where in the syllable a mark stands does not matter: "hoà" and "hòa" are one.
    A syllable without marks is its folded self.
    """
    return " ".join(tone_codes(syllable))


def tone_codes(text: str) -> list[str]:
    """Return the tone code of every syllable; `fold` of the text has as many words."""
    found: list[tuple[str, set[str]]] = []
    inside = False
    for letter in _spread(text):
        if unicodedata.combining(letter):
            if inside and letter in _MARKS:
                found[-1][1].add(_MARKS[letter])
            continue
        is_letter = letter.isalnum()
        if is_letter:
            base, marks = found.pop() if inside else ("", set())
            plain = "d" if letter == "đ" else letter
            found.append((base + plain, marks | {"9"} if letter == "đ" else marks))
        inside = is_letter
    return [f"{base}_{''.join(sorted(marks))}" if marks else base for base, marks in found]


def spell(code: str) -> str:
    """Return the syllable of a tone code as it is written: "thieu_6f" is "thiều"."""
    base, _line, marks = code.partition("_")
    letters = list(base.replace("d", "đ", 1) if "9" in marks else base)
    # In "gi" and "qu" before a vowel the second letter belongs to the consonant.
    start = 2 if re.match("(?:gi|qu)[aeiouy]", base) else 0
    vowels = [at for at, letter in enumerate(letters) if at >= start and letter in "aeiouy"]
    dressed = [at for mark in "678" if mark in marks for at in _dressed(base, vowels, mark)]
    for at in dressed:
        letters[at] += _COMBINING["6" if "6" in marks else "7" if "7" in marks else "8"]
    for tone in set(marks) & set("sfrxj") if vowels else ():
        letters[_toned_at(base, vowels, dressed)] += _COMBINING[tone]
    return nfc("".join(letters))


def _dressed(base: str, vowels: Sequence[int], mark: str) -> list[int]:
    """Return which vowels carry the mark of a letter."""
    able = [at for at in vowels if base[at] in {"6": "aeo", "7": "uo", "8": "a"}[mark]]
    if mark == "7":
        return able if "".join(base[at] for at in able) == "uo" else able[:1]
    return able[-1:]


def _toned_at(base: str, vowels: Sequence[int], dressed: Sequence[int]) -> int:
    """Return which vowel carries the tone."""
    if dressed:
        return dressed[-1]
    if vowels[-1] < len(base) - 1:
        return vowels[-1]
    return vowels[1 if len(vowels) > 2 else 0]


def is_marked(text: str) -> bool:
    """Tell whether a text was typed with Vietnamese marks."""
    return any("_" in code for code in tone_codes(text))


def _spread(text: str) -> str:
    """Return small letters with their marks beside them."""
    # Twice: some capital forms are seen only after decomposition, and the other way round.
    for _ in range(2):
        text = unicodedata.normalize("NFKD", text.casefold())
    return text

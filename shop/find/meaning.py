"""What was understood of keystrokes that never became letters: "vair thieeuf" is "vải thiều"."""

import re
import unicodedata
from collections.abc import Collection

from catalog.search.typing import decode
from kernel.text import fold

_TONES = {"s": "\u0301", "f": "\u0300", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
_VOWELS = "aeiouyâêôăơư"


def understood(typed: str, meant: Collection[str]) -> str:
    """Return what was typed with its keystrokes turned into letters, if the engine read them so.

    ``meant`` are the folded words that were looked for. Nothing: it was read as it stands.
    """
    looked_for = {word for text in meant for word in text.split()}
    words = typed.split()
    said = [_said(word, looked_for) for word in words]
    return " ".join(said) if said != words else ""


def _said(word: str, looked_for: Collection[str]) -> str:
    folded = fold(word)
    if folded in looked_for:
        return word
    code = decode(folded)
    return written(code) if code.partition("_")[0] in looked_for else word


def written(code: str) -> str:
    """Return the syllable of a tone code (`kernel.text.tone_code`): "thieu_6f" is "thiều"."""
    base, _, marks = code.partition("_")
    if "9" in marks:
        base = base.replace("d", "đ", 1)
    syllable = _with_letters(base, marks)
    tone = next((_TONES[mark] for mark in marks if mark in _TONES), "")
    if not tone:
        return syllable
    at = _bearer(syllable)
    return unicodedata.normalize("NFC", syllable[: at + 1] + tone + syllable[at + 1 :])


def _with_letters(base: str, marks: str) -> str:
    """Put hat, horn and breve on the vowels that can bear them."""
    if "8" in marks:
        return base.replace("a", "ă", 1)
    if "6" in marks:
        hat = next((letter for letter in "eoa" if letter in _nucleus(base)), "")
        return _changed(base, hat, {"e": "ê", "o": "ô", "a": "â"}.get(hat, ""))
    if "7" not in marks:
        return base
    if re.search("uo.", base):
        return base.replace("uo", "ươ", 1)
    letter = "o" if "o" in _nucleus(base) else "u"
    return _changed(base, letter, {"o": "ơ", "u": "ư"}[letter])


def _changed(base: str, letter: str, new: str) -> str:
    start = _start(base)
    return base[:start] + base[start:].replace(letter, new, 1) if letter else base


def _start(syllable: str) -> int:
    """Return where the vowels begin; the u of qu and the i of gi belong to the consonant."""
    if re.match(f"qu[{_VOWELS}]|gi[{_VOWELS}]", syllable):
        return 2
    found = re.search(f"[{_VOWELS}]", syllable)
    return found.start() if found else 0


def _nucleus(syllable: str) -> str:
    found = re.match(f"[{_VOWELS}]*", syllable[_start(syllable) :])
    return found[0] if found else ""


def _bearer(syllable: str) -> int:
    """Return which letter bears the tone: the marked vowel, else by the old rule ("hòa")."""
    start, vowels = _start(syllable), _nucleus(syllable)
    marked = [at for at, letter in enumerate(vowels) if letter in "âêôăơư"]
    if marked:
        return start + marked[-1]
    is_closed = start + len(vowels) < len(syllable)
    middle = len(vowels) - 1 if is_closed else (len(vowels) - 1) // 2 if len(vowels) > 2 else 0
    return start + middle

"""Telex and VNI keystrokes that were never turned into letters: "vair thieeuf", "va3i thie6u2"."""

import re

_ONSETS = "b|ch|c|d|gh|gi|g|h|kh|k|l|m|ngh|ng|nh|n|ph|p|qu|q|r|s|th|tr|t|v|x"
_RHYMES = (
    "a|ac|ach|ai|am|an|ang|anh|ao|ap|at|au|ay|e|ec|ech|em|en|eng|enh|eo|ep|et|eu|i|ia|ich|iec|iem|"
    "ien|ieng|iep|iet|ieu|im|in|inh|ip|it|iu|o|oa|oac|oach|oai|oan|oang|oanh|oat|oay|oc|oe|oen|oeo|"
    "oet|oi|om|on|ong|op|ot|u|ua|uan|uang|uat|uay|uc|ue|uech|uenh|ui|um|un|ung|uo|uoc|uoi|uom|uon|"
    "uong|uop|uot|uou|up|ut|uu|uy|uya|uych|uyen|uyet|uynh|uyt|uyu|y|yem|yen|yet|yeu"
)
_SYLLABLE = re.compile(f"(?:{_ONSETS})?(?:{_RHYMES})")
# A stopped syllable has one of two tones.
_STOPPED = re.compile(r".*(?:c|ch|p|t)")
_TELEX_TONES = frozenset("sfrxj")
_VNI_TONES = {"1": "s", "2": "f", "3": "r", "4": "x", "5": "j"}
_VNI_LETTERS = frozenset("6789")
_TELEX_LETTERS = (("dd", "d", "9"), ("aa", "a", "6"), ("ee", "e", "6"), ("oo", "o", "6"))
_VOWEL = re.compile("[aeiouy]")
_HOOKED = re.compile("[aou]+(?=[^aou]*$)")
MOST, MOST_DIGITS = 12, 4


def is_syllable(text: str) -> bool:
    """Tell whether a word without marks may be a Vietnamese syllable."""
    return _SYLLABLE.fullmatch(text) is not None


def decode(word: str) -> str:
    """Return the tone code of a syllable typed as raw keystrokes, or nothing if it is none.

    A word without a single such key is none either.
    """
    if not word.isascii() or not word.isalnum() or len(word) > MOST:
        return ""
    digits = sum(letter.isdigit() for letter in word)
    base, marks = _vni(word) if digits else _telex(word)
    tones = marks & _TELEX_TONES
    if not marks or len(tones) > 1 or digits > MOST_DIGITS or not _SYLLABLE.fullmatch(base):
        return ""
    if _STOPPED.fullmatch(base) and tones and not tones <= {"s", "j"}:
        return ""
    return f"{base}_{''.join(sorted(marks))}"


def _vni(word: str) -> tuple[str, set[str]]:
    base = ""
    marks: set[str] = set()
    for letter in word:
        if letter in _VNI_TONES and base:
            # A second tone key corrects the first.
            marks = (marks - _TELEX_TONES) | {_VNI_TONES[letter]}
        elif letter in _VNI_LETTERS and base:
            marks.add(letter)
        else:
            base += letter
    return base, marks


def _telex(word: str) -> tuple[str, set[str]]:
    marks: set[str] = set()
    for typed, letter, mark in _TELEX_LETTERS:
        if typed in word:
            word, marks = word.replace(typed, letter, 1), marks | {mark}
    base = ""
    for letter in word:
        has_vowel = _VOWEL.search(base) is not None
        if letter == "w":
            # Behind a, o or u it gives them their hook or bow; elsewhere it is an "ư".
            marks.add(_hook(base))
            base += "" if _HOOKED.search(base) else "u"
        elif letter in _TELEX_TONES and has_vowel:
            marks.add(letter)
        else:
            base += letter
    return base, marks


def _hook(base: str) -> str:
    """Return what a "w" does: only an "a" without "u" or "o" before it, or closed, gets a bow."""
    found = _HOOKED.search(base)
    vowels = found[0] if found else "u"
    open_ua = vowels.endswith("ua") and base.endswith("ua") and not base.endswith("qua")
    return "8" if "a" in vowels and not open_ua else "7"

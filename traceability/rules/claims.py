"""Secret codes under scratch fields: what they look like, and whether one was typed right."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

CLAIM_LETTERS = 16
"""Eighty bits of chance: they are kept as one fast hash, and whoever stole all hashes and tried
10^12 codes a second would need 38,000 years for each label. Sixty bits would last two weeks."""

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans("OIL", "011")
_NOBODYS = "0" * 64


@dataclass(frozen=True)
class Claim:
    """What a typed code came to.

    ``is_right`` says whether it is the code of this label; ``claimed_at`` when it was claimed
    first, ``is_first`` whether just now, ``is_mine`` whether by the same telephone today.
    """

    is_right: bool
    claimed_at: datetime | None = None
    is_first: bool = False
    is_mine: bool = False


def new_claim() -> str:
    """Return a new secret code."""
    return "".join(secrets.choice(_LETTERS) for _ in range(CLAIM_LETTERS))


def read_claim(text: str) -> str | None:
    """Return a code as it was typed, without what stands between; None: it can be none."""
    code = "".join(letter for letter in text.upper() if letter.isalnum()).translate(_MISREAD)
    return code if len(code) == CLAIM_LETTERS and set(code) <= set(_LETTERS) else None


def shown_claim(code: str) -> str:
    """Return a code as it is printed: four groups of four."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def claim_lines(code: str) -> Sequence[str]:
    """Return the two lines in which a code is printed under its scratch field."""
    shown = shown_claim(code)
    half = len(shown) // 2
    return (shown[:half], shown[half + 1 :]) if shown else ()


def claim_digest(serial: str, code: str) -> str:
    """Return what is kept of a code: a hash over number and code, so no two are alike."""
    return hashlib.sha256(f"claim|{serial}|{code}".encode()).hexdigest()


def is_claim(digest: str | None, serial: str, code: str | None) -> bool:
    """Tell whether a code is the one of a number, in the same time whatever it is."""
    typed = claim_digest(serial, code or "")
    same = hmac.compare_digest(digest or _NOBODYS, typed)
    return same and digest is not None and code is not None

"""Numbers given out by GS1: their check digits, and how people write them."""

import re

from kernel.errors import Invalid
from kernel.messages import msg

# CSET 82: what lot and serial numbers, variants and extensions of places may hold.
CSET_82 = r"""[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]"""
_EXTENSION = re.compile(CSET_82 + "{1,20}")
GTIN_LENGTHS = frozenset({8, 12, 13, 14})
_NO_GTIN = msg("This is no GTIN: it has 8, 12, 13 or 14 digits, and the last one must fit.")
_NO_GLN = msg("This is no GLN: it has 13 digits, and the last one must fit.")
_NO_PREFIX = msg("A GS1 company prefix has 4 to 12 digits.")


def check_digit(digits: str) -> str:
    """Return the check digit that belongs behind these digits (weights 3, 1 from the right)."""
    total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits)))
    return str(-total % 10)


def is_checked(text: str, length: int) -> bool:
    """Tell whether a text is a number of this many digits with a right check digit."""
    if len(text) != length or not (text.isascii() and text.isdigit()):
        return False
    return check_digit(text[:-1]) == text[-1]


def is_gtin14(text: str) -> bool:
    """Tell whether a text is a GTIN of fourteen digits with a right check digit."""
    return is_checked(text, 14)


def is_gln(text: str) -> bool:
    """Tell whether a text is a GLN: thirteen digits with a right check digit."""
    return is_checked(text, 13)


def is_sscc(text: str) -> bool:
    """Tell whether a text is the number of a load: eighteen digits with a right check digit."""
    return is_checked(text, 18)


def read_gtin(text: str) -> str:
    """Read a GTIN as printed under a barcode (8, 12, 13 or 14 digits) as fourteen digits.

    :raises Invalid: when it is none; a missing or wrong digit is never made up.
    """
    digits = _digits(text)
    whole = digits.zfill(14)
    if len(digits) not in GTIN_LENGTHS or not is_gtin14(whole) or not int(whole):
        raise Invalid(_NO_GTIN, field="gtin")
    return whole


def read_gln(text: str, *, field: str = "gln") -> str:
    """Read a GLN as people write it.

    :raises Invalid: when it is none; a missing or wrong digit is never made up.
    """
    return _checked(text, 13, _NO_GLN, field)


def read_company_prefix(text: str, *, field: str = "company_prefix") -> str:
    """Read the prefix with which all numbers of a licence begin.

    :raises Invalid: when it cannot be one.
    """
    digits = _digits(text)
    if not re.fullmatch(r"\d{4,12}", digits, re.ASCII):
        raise Invalid(_NO_PREFIX, field=field)
    return digits


def extension_of(code: str) -> str | None:
    """Return the extension (AI 254) of a place that its owner calls so; None: it cannot be one."""
    return code if _EXTENSION.fullmatch(code) else None


def _digits(text: str) -> str:
    return re.sub(r"[\s-]", "", text)


def _checked(text: str, length: int, refusal: str, field: str) -> str:
    digits = _digits(text)
    if not is_checked(digits, length) or not int(digits):
        raise Invalid(refusal, field=field)
    return digits

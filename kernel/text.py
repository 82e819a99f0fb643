"""Words as people type them: with or without accents."""

import re
import unicodedata


def fold(text: str) -> str:
    """Return a text in small letters without accents or punctuation: "Bơ Sáp-034" is "bo sap 034"."""
    spread = unicodedata.normalize("NFKD", text.casefold().replace("đ", "d"))
    plain = "".join(letter for letter in spread if not unicodedata.combining(letter))
    return " ".join(re.findall(r"[^\W_]+", plain))


def slug(text: str, most: int = 80) -> str:
    """Return a text as part of an address: "HTX Đức Chính" is "htx-duc-chinh"."""
    plain = "-".join(re.findall(r"[a-z0-9]+", fold(text)))
    return plain if len(plain) <= most else plain[: most + 1].rpartition("-")[0] or plain[:most]

"""Reads a corpus: a JSON list of listings; what is wrong is told by its number in the list."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from catalog.rules import ListingKind
from kernel import places
from kernel.quantity import Unit
from kernel.text import fold, nfc
from vendors.rules import Scheme

HERE = frozenset({"", "hai duong", "hai phong"})
"""Provinces whose places the market knows; elsewhere a place of the same name is another."""

_SCHEMES = {
    "vietgap": Scheme.VIETGAP,
    "globalgap": Scheme.GLOBALGAP,
    "global gap": Scheme.GLOBALGAP,
    "globalg a p": Scheme.GLOBALGAP,
    "huu co": Scheme.ORGANIC,
    "organic": Scheme.ORGANIC,
    "haccp": Scheme.HACCP,
    "ocop": Scheme.OCOP,
    "chi dan dia ly": Scheme.GI,
    "geographical indication": Scheme.GI,
    "cong nghe cao": Scheme.HIGH_TECH,
    "high tech": Scheme.HIGH_TECH,
    "an toan thuc pham": Scheme.FOOD_SAFETY,
    "food safety": Scheme.FOOD_SAFETY,
}
_STARS = re.compile(r"([1-5]) *(?:sao|stars?|\*)")
_SIZE = re.compile(r"(\d{1,4}(?:[.,]\d{1,3})?) *(kg|g|gr|ml|l|lit)\b")
_UNITS = {
    "kg": (Unit.GRAM, 1000),
    "g": (Unit.GRAM, 1),
    "gr": (Unit.GRAM, 1),
    "ml": (Unit.MILLILITRE, 1),
    "l": (Unit.MILLILITRE, 1000),
    "lit": (Unit.MILLILITRE, 1000),
}
_MOST_PRICE = 10**9


class BadCorpus(Exception):
    """A corpus that cannot be read; each line says where and why."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))


@dataclass(frozen=True)
class Proof:
    """A certificate a listing claims; ``stars`` are those of OCOP."""

    scheme: Scheme
    stars: int | None = None


@dataclass(frozen=True)
class Item:
    """One listing of a corpus; ``size`` is in ``unit``, ``commune`` a key, ``number`` from 1."""

    number: int
    code: str
    kind: ListingKind
    title: dict[str, str]
    description: dict[str, str]
    category: dict[str, str]
    vendor: str
    place: str
    commune: str
    proofs: tuple[Proof, ...]
    months: tuple[int, ...]
    unit: Unit | None
    size: int
    price_vnd: int


def read_corpus(path: Path) -> list[Item]:
    """Return the listings of a file.

    :raises BadCorpus: when it is no such list, or rows of it cannot be used.
    """
    try:
        rows = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadCorpus([f"{path.name} cannot be read as JSON: {error}"]) from None
    if not isinstance(rows, list):
        raise BadCorpus([f"{path.name} must hold a list of listings."])
    items: list[Item] = []
    problems: list[str] = []
    seen: set[str] = set()
    for number, row in enumerate(rows, 1):
        try:
            item = _item(number, row)
        except ValueError as error:
            problems.append(f"listing {number}: {error}")
            continue
        if item.code in seen:
            problems.append(f"listing {number}: the code {item.code} comes twice")
        seen.add(item.code)
        items.append(item)
    if problems:
        raise BadCorpus(problems)
    return items


def _item(number: int, row: object) -> Item:
    if not isinstance(row, Mapping):
        raise ValueError("it must be an object with code, name_vi and so on")  # noqa: TRY004
    title = _texts(row, "name", 200)
    title["vi"] = title.get("vi") or title.get("en", "")
    if not title["vi"]:
        raise ValueError("name_vi is missing")
    kind = _kind(_text(row, "kind", 20))
    unit, size = (None, 1) if kind is ListingKind.EXPERIENCE else _size(title["vi"])
    place, province = _text(row, "place", 80), _text(row, "province", 80)
    return Item(
        number=number,
        code=_code(row),
        kind=kind,
        title=title,
        description=_texts(row, "description", 4000),
        category=_texts(row, "category", 60),
        vendor=_text(row, "vendor", 110) or "Cơ sở chưa rõ tên",
        place=", ".join(filter(None, (place, province))),
        commune=_commune(place, province, _degrees(row, "lat"), _degrees(row, "lng")),
        proofs=tuple(_proofs(row)),
        months=_months(_text(row, "season", 40)),
        unit=unit,
        size=size,
        price_vnd=_price(row),
    )


def _text(row: Mapping[str, object], name: str, most: int) -> str:
    value = row.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a text")  # noqa: TRY004
    text = " ".join(nfc(value).replace("\0", " ").split())
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError(f"{name} holds letters that are none")
    return text[:most]


def _texts(row: Mapping[str, object], name: str, most: int) -> dict[str, str]:
    found = {lang: _text(row, f"{name}_{lang}", most) for lang in ("vi", "en")}
    return {lang: text for lang, text in found.items() if text}


def _code(row: Mapping[str, object]) -> str:
    code = _text(row, "code", 100)
    if not code:
        raise ValueError("code is missing")
    if len(code) > 24:
        raise ValueError(f"the code {code} has more than 24 letters")
    return code


def _kind(text: str) -> ListingKind:
    try:
        return ListingKind(text or "produce")
    except ValueError:
        kinds = ", ".join(kind.value for kind in ListingKind)
        raise ValueError(f"the kind {text} is none of {kinds}") from None


def _size(title: str) -> tuple[Unit, int]:
    """Return what a pack holds by its name: "thùng 5kg" are 5,000 g, "hộp" is a piece."""
    plain = " ".join(fold(word) if word.isalpha() else word.lower() for word in title.split())
    found = _SIZE.findall(plain)
    if not found:
        return Unit.PIECE, 1
    number, word = found[-1]
    unit, factor = _UNITS[word]
    return unit, max(1, round(float(number.replace(",", ".")) * factor))


def _price(row: Mapping[str, object]) -> int:
    value = row.get("price_vnd") or 0
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("price_vnd must be a number")  # noqa: TRY004
    if not 0 <= value <= _MOST_PRICE:
        raise ValueError(f"price_vnd must lie between 0 and {_MOST_PRICE}")
    return round(value)


def _degrees(row: Mapping[str, object], name: str) -> float | None:
    value = row.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= 180:
        raise ValueError(f"{name} must be degrees")
    return float(value)


def _months(text: str) -> tuple[int, ...]:
    """Read "5-7" or "12-4"; the whole year is no season."""
    if not text:
        return ()
    found = re.fullmatch(r"(\d{1,2})(?: ?[-\u2013] ?(\d{1,2}))?", text)
    first, last = map(int, (found[1], found[2] or found[1])) if found else (0, 0)
    if not (1 <= first <= 12 and 1 <= last <= 12):
        raise ValueError(f"season must be months such as 5-7, not {text}")
    months = [first]
    while months[-1] != last:
        months.append(months[-1] % 12 + 1)
    return tuple(sorted(months)) if len(months) < 12 else ()


def _proofs(row: Mapping[str, object]) -> Iterator[Proof]:
    """Yield what is known of the certificates; unknown ones are left out."""
    claimed = row.get("certifications") or []
    if not isinstance(claimed, list):
        raise ValueError("certifications must be a list")  # noqa: TRY004
    for text in claimed:
        words = fold(text) if isinstance(text, str) else ""
        scheme = next((s for name, s in _SCHEMES.items() if words.startswith(name)), None)
        stars = _STARS.search(words)
        if scheme is Scheme.OCOP:
            yield Proof(scheme, max(3, int(stars[1])) if stars else 3)
        elif scheme is not None:
            yield Proof(scheme)


def _commune(place: str, province: str, lat: float | None, lon: float | None) -> str:
    """Return where in the market a listing is: what its place became, the nearest of several.

    What lies elsewhere is offered in the city, where no older place name is found with it.
    """
    if fold(province) not in HERE:
        return _elsewhere()
    named = places.resolve_line(place)
    known = [each for each in places.communes() if each.in_former_hai_duong]
    if not named and (lat is None or lon is None or not place):
        return _elsewhere()
    if lat is None or lon is None:
        return named[0].key
    near = named or known
    return min(near, key=lambda each: (each.lat - lat) ** 2 + (each.lon - lon) ** 2).key


def _elsewhere() -> str:
    return next(each.key for each in places.communes() if not each.in_former_hai_duong)

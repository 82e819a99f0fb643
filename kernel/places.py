"""Communes: what there is since 1 July 2025, and what the old ones became.

A commune is kept as ``vn-2025:10813``, never as a bare code: the codes of the
old units were given anew, 52 of them to places of another name. Old names are
read only together with their old district, and nothing is guessed: where a
unit was split, every candidate is returned and the person is asked.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kernel.errors import Invalid
from kernel.messages import msg
from kernel.text import fold

SCHEME = "vn-2025"
CITY = "Thành phố Hải Phòng"
OLD_PROVINCE = "Hải Dương"

_FOLDER = Path(__file__).parent / "vn"

# Names given up before July 2025 that people still write, by the code of the
# unit they had gone into. They count inside that unit's old district only.
_OLDER_NAMES = """
10534 phamngulao; 10585 kenhgiang; 10606 namhong; 10621 thanhquang; 10633 namchinh namtrung
10645 phudien anlam; 10663 thuongdat anchau; 10675 kinhmon; 10693 phammenh thaison; 10696 hoanhson
10705 quangtrung phucthanh; 10750 phucthanh; 10756 conghoa laivu; 10762 thuongvu codung
10768 viethung tuanhung; 10783 kimluong kimkhe; 10798 lienhoa binhdan; 10804 donggia camla
10813 thanhkhe; 10828 viethong camche; 10861 thanhthuy thanhxa; 10864 anluong
10876 truongthanh thanhbinh hopduc; 10882 thanhcuong vinhlap; 10888 thachloi kimgiang
10918 camdinh camson; 10933 camdien camphuc; 10945 trangliet; 10951 hungthinh vinhtuy
10981 binhminh thaihoc; 11020 trungkhanh giahoa; 11035 giakhanh giatan; 11038 gialuong tantien
11065 dongquang nhattan; 11071 quangminh ducxuong; 11083 daidong; 11095 tuxuyen dongky tayky
11098 ngocky taison; 11122 quangnghiep danchu; 11140 conglac; 11161 quyetthang ninhhoa
11167 vanphuc hongduc; 11179 ninhthanh; 11188 dongxuyen ninhhai; 11203 dongtam
11206 hoanghanh quanghung; 11215 hongthai; 11218 vangiang; 11230 kienquoc hongphuc; 11233 hungthai
11239 hungson; 11293 tienphong dienhong
"""

_KINDS = r"phuong|xa|thi tran|dac khu|ph|p|x|tt"
_WARD_KIND = re.compile(rf"(?:{_KINDS})\b *")
_DISTRICT_KIND = re.compile(r"(?:thanh pho|thi xa|huyen|quan|tp|tx|h|q)\b *")
_PROVINCE_KIND = re.compile(r"tinh\b *")


@dataclass(frozen=True)
class Commune:
    """A xã, phường or đặc khu; ``code`` is unique within its scheme only."""

    key: str
    code: str
    name: str
    short: str
    type: str
    lat: float
    lon: float
    in_former_hai_duong: bool


@dataclass(frozen=True)
class _OldUnit:
    """A commune of 30 June 2025, by its old code."""

    code: str
    district: str
    name: str


def commune(key: str) -> Commune:
    """Return the commune of a key such as ``vn-2025:10813``.

    :raises Invalid: for an unknown key, a bare code or a code of another scheme.
    """
    try:
        return _by_key()[key]
    except KeyError:
        raise Invalid(msg("Choose a commune from the list."), field="commune") from None


def communes(*, former_hai_duong_only: bool = False) -> list[Commune]:
    """Return the communes of the city, former Hải Dương first, by name."""
    return [c for c in _sorted() if c.in_former_hai_duong or not former_hai_duong_only]


def find(text: str) -> list[Commune]:
    """Return communes whose present name holds the words, typed with or without accents.

    Names that start with them come first.
    """
    words = fold(text)
    if not words:
        return []
    hits = [c for c in _sorted() if f" {words}" in f" {fold(c.name)}"]
    return sorted(hits, key=lambda c: not _starts(c, words))


def resolve_old(ward_text: str, district_text: str = "") -> list[Commune]:
    """Return what a commune of former Hải Dương may be today.

    One commune is the answer; several are a question to ask (the unit was
    split, the name is used twice, or only a district was written); none means
    that the name is not known there.
    """
    districts = _districts(district_text)
    if districts is None:
        return []
    ward = _bare(ward_text, _WARD_KIND)
    old = {code for name in ward for code in _named(name, districts)}
    if not old or _is_loose(district_text):
        # "Thanh Hà, Hải Dương" may mean the town or the whole old district.
        old |= {code for code, unit in _old_units().items() if _is_district(ward_text, unit)}
    return _today(old)


def resolve_line(text: str) -> list[Commune]:
    """Return what a written address may be today: "số 12, xã Thanh Sơn, huyện Thanh Hà".

    The last part that names a commune counts, the parts after it say where.
    """
    parts = [part for part in re.split(r"[,;\n]| - ", text) if fold(part)]
    while parts and fold(parts[-1]) in {"viet nam", "vietnam"}:
        parts.pop()
    for start in range(len(parts) - 1, -1, -1):
        if start + 1 < len(parts) or len(parts) == 1:
            found = resolve_old(parts[start], ", ".join(parts[start + 1 :]))
            if found:
                return found
    return []


def _today(old_codes: set[str]) -> list[Commune]:
    found = {new for code in old_codes for new in _became()[code]}
    return [c for c in _sorted() if c.code in found]


def _named(name: str, districts: frozenset[str]) -> set[str]:
    return {code for district in districts for code in _by_old_name().get((district, name), ())}


def _bare(text: str, kind: re.Pattern[str]) -> list[str]:
    """Return a name as key, first as written (Phượng Hoàng), then without its kind."""
    words = fold(text)
    return [written.replace(" ", "") for written in (words, kind.sub("", words, count=1)) if written]


def _districts(text: str) -> frozenset[str] | None:
    """Return the old districts a text may mean: all for none, None for an unknown one."""
    words = [fold(part) for part in re.split(r"[,;]| - ", text)]
    named = [part for part in words if part and not _is_province(part)]
    if not named:
        return frozenset(_district_names())
    known = _district_names()
    for name in _bare(named[0], _DISTRICT_KIND):
        if name in known:
            return frozenset({name})
    return None


def _is_province(words: str) -> bool:
    # "Hải Dương" alone is the province; the town is written with TP.
    bare = _PROVINCE_KIND.sub("", words, count=1)
    return bare in {fold(OLD_PROVINCE), "hai phong", "thanh pho hai phong", "tp hai phong"}


def _is_loose(district_text: str) -> bool:
    return _districts(district_text) == frozenset(_district_names())


def _is_district(text: str, unit: _OldUnit) -> bool:
    words = fold(text)
    if _WARD_KIND.match(words) and words.replace(" ", "") not in _district_names():
        return False
    return _key(unit.district, _DISTRICT_KIND) in _bare(text, _DISTRICT_KIND)


def _key(name: str, kind: re.Pattern[str]) -> str:
    return kind.sub("", fold(name), count=1).replace(" ", "")


def _starts(place: Commune, words: str) -> bool:
    return fold(place.short).startswith(words) or fold(place.name).startswith(words)


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@cache
def _by_key() -> dict[str, Commune]:
    return {f"{SCHEME}:{row['code']}": _commune(row) for row in _rows("haiphong_wards_2025.csv")}


def _commune(row: dict[str, str]) -> Commune:
    return Commune(
        key=f"{SCHEME}:{row['code']}",
        code=row["code"],
        name=row["name"],
        short=row["short"],
        type=row["type"],
        lat=float(row["lat"]),
        lon=float(row["lon"]),
        in_former_hai_duong=row["former_hai_duong"] == "1",
    )


@cache
def _sorted() -> tuple[Commune, ...]:
    def order(place: Commune) -> tuple[bool, str, str]:
        return not place.in_former_hai_duong, fold(place.short), place.code

    return tuple(sorted(_by_key().values(), key=order))


@cache
def _old_units() -> dict[str, _OldUnit]:
    rows = _rows("haiduong_old_to_new.csv")
    return {
        row["old_code"]: _OldUnit(row["old_code"], row["old_district"], row["old_ward"])
        for row in rows
    }


@cache
def _became() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for row in _rows("haiduong_old_to_new.csv"):
        found[row["old_code"]].append(row["new_code"])
    return {old: tuple(new) for old, new in found.items()}


@cache
def _district_names() -> frozenset[str]:
    return frozenset(_key(unit.district, _DISTRICT_KIND) for unit in _old_units().values())


@cache
def _by_old_name() -> dict[tuple[str, str], frozenset[str]]:
    """Return old codes by (old district, name), aliases included."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for unit in _old_units().values():
        district = _key(unit.district, _DISTRICT_KIND)
        found[district, _key(unit.name, _WARD_KIND)].add(unit.code)
    for entry in re.split(r"[;\n]", _OLDER_NAMES.strip()):
        code, *names = entry.split()
        district = _key(_old_units()[code].district, _DISTRICT_KIND)
        for name in names:
            found[district, name].add(code)
    return {key: frozenset(codes) for key, codes in found.items()}

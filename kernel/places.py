"""Communes: what there is since 1 July 2025, and what the old ones became.

A commune is kept as ``vn-2025:10813``, never as a bare code: the codes of the
old units were given anew, 52 of them to places of another name. Old names are
read only together with their old district, and nothing is guessed: where a
unit was split, every candidate is returned and the person is asked.
"""

import csv
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kernel.errors import Invalid
from kernel.messages import msg
from kernel.text import fold, slug

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

_WARD_KIND = re.compile(r"^(?:phuong|xa|thi tran|dac khu|ph|p|x|t ?t)\b *")
_DISTRICT_KIND = re.compile(r"^(?:thanh pho|thi xa|huyen|t ?p|t ?x|h)\b *")
_ABOVE_DISTRICT = re.compile(
    r"(?:tinh )?hai duong|(?:thanh pho |tp )?hai phong|viet ?nam|(?:vung )?hai duong cu"
)
# People leave out commas: a unit begins where its kind is written.
_UNIT_BEGINS = re.compile(
    r"[ .](?=(?:huyện|huyen|tỉnh|thành phố|thanh pho|thị xã|thi xa|tp|tx|h(?=\.)|phường|thị trấn)\b"
    r"|(?<!thị )xã\b)"
)


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


@cache
def former_names(key: str) -> frozenset[str]:
    """Return the wards and districts, as they were written until 2025, that a commune holds now."""
    code = commune(key).code
    return frozenset(
        name
        for row in _rows("haiduong_old_to_new.csv")
        if row["new_code"] == code
        for name in (row["old_ward"], row["old_district"])
    )


@cache
def former_districts(key: str) -> dict[str, str]:
    """Return the districts until 2025 in which a commune lies, by slug: "huyen-thanh-ha"."""
    code = commune(key).code
    rows = (row for row in _rows("haiduong_old_to_new.csv") if row["new_code"] == code)
    return {slug(name): name for name in sorted({row["old_district"] for row in rows})}


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
    that the name is not known there. Without a district the whole former
    province is searched.
    """
    where = _parts(district_text)
    if not where:
        return _today(_anywhere(ward_text))
    district = _district(where[0])
    if district is None:
        return []
    return _today({code for name in _keys(ward_text, _WARD_KIND) for code in _in(district, name)})


def resolve_line(text: str) -> list[Commune]:
    """Return what a written address may be today: "số 12, xã Thanh Sơn, huyện Thanh Hà".

    Whoever names no old district may have written the present name: communes
    called so today are candidates too.
    """
    parts = _parts(text)
    if not parts:
        return []
    *before, last = parts
    if before and _district(last):
        return resolve_old(before[-1], last) or _today(_of_district(last))
    wanted = _keys(last, _WARD_KIND)
    present = {c.code for c in _sorted() if _key(c.name, _WARD_KIND) in wanted}
    return _today(_anywhere(last), present)


def _anywhere(text: str) -> set[str]:
    """Return old units so called anywhere in the province, or in a district so called."""
    names = _keys(text, _WARD_KIND)
    old = {u.code for u in _old_units().values() if _key(u.name, _WARD_KIND) in names}
    if old:
        # An older name is no answer without its district, but it is a reason to ask.
        old |= {code for (_, name), codes in _by_name().items() if name in names for code in codes}
    return old | _of_district(text)


def _of_district(text: str) -> set[str]:
    # "Thanh Hà, Hải Dương" may mean the whole old district, "thị trấn Thanh Hà" cannot.
    district = _district(text)
    return {u.code for u in _old_units().values() if _key(u.district, _DISTRICT_KIND) == district}


def _in(district: str, name: str) -> frozenset[str]:
    return _by_name().get((district, name), frozenset())


def _today(old_codes: set[str], also: frozenset[str] | set[str] = frozenset()) -> list[Commune]:
    found = {new for code in old_codes for new in _became()[code]} | also
    return [c for c in _sorted() if c.code in found]


def _parts(text: str) -> list[str]:
    """Cut an address before every kind of unit; leave out province and country."""
    written = unicodedata.normalize("NFC", text).casefold()
    cut = re.split(r"[,;\n]| [-\u2013] ", _UNIT_BEGINS.sub(",", written))
    folded = [fold(part) for part in cut]
    return [part for part in folded if part and not _ABOVE_DISTRICT.fullmatch(part)]


def _district(text: str) -> str | None:
    """Return the key of the old district that a text names, if it names one."""
    names = _keys(text, _DISTRICT_KIND)
    return next((name for name in names if name in _old_districts()), None)


def _keys(text: str, kind: re.Pattern[str]) -> list[str]:
    """Return a name as written (Phượng Hoàng is no phường) and without its kind."""
    words = fold(text)
    return [key for key in (words.replace(" ", ""), _key(text, kind)) if key]


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
def _old_districts() -> frozenset[str]:
    return frozenset(_key(unit.district, _DISTRICT_KIND) for unit in _old_units().values())


@cache
def _by_name() -> dict[tuple[str, str], frozenset[str]]:
    """Return old codes by (old district, name), older names included."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for unit in _old_units().values():
        found[_key(unit.district, _DISTRICT_KIND), _key(unit.name, _WARD_KIND)].add(unit.code)
    for entry in re.split(r"[;\n]", _OLDER_NAMES.strip()):
        code, *names = entry.split()
        district = _key(_old_units()[code].district, _DISTRICT_KIND)
        for name in names:
            found[district, name].add(code)
    return {key: frozenset(codes) for key, codes in found.items()}

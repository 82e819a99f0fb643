"""Communes since July 2025, and what people still call them."""

import csv
import hashlib
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel import places
from kernel.errors import Invalid
from kernel.places import commune, communes, find, resolve_line, resolve_old

VN = Path(places.__file__).parent / "vn"


def rows(name):
    with (VN / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def codes(found):
    return {place.code for place in found}


@pytest.mark.parametrize(
    ("name", "digest"),
    [
        (
            "haiphong_wards_2025.csv",
            "953e1c8577bc8fb1fe971cebf6bbb941f45be296f6372bcd4af7a556af76bb9c",
        ),
        (
            "haiduong_old_to_new.csv",
            "b1a239b56f5866dfede67476ab7d6d516bbac7f9005d7313c81db191777c49b8",
        ),
    ],
)
def test_the_tables_are_the_published_bytes_under_their_licence(name, digest):
    assert hashlib.sha256((VN / name).read_bytes()).hexdigest() == digest
    assert "Copyright (c) 2025 Tran Ngoc Minh Hieu" in (VN / "NOTICE").read_text()


def test_the_city_has_114_communes_64_of_them_in_former_hai_duong():
    kinds = Counter(place.type for place in communes())
    assert kinds == {"Phường": 45, "Xã": 67, "Đặc khu": 2}
    inside = communes(former_hai_duong_only=True)
    assert Counter(place.type for place in inside) == {"Phường": 21, "Xã": 43}
    assert communes()[:64] == inside


def test_the_old_units_are_whole():
    old = rows("haiduong_old_to_new.csv")
    assert len(old) == 243
    assert len({row["old_code"] for row in old}) == 207
    assert {row["new_code"] for row in old} == codes(communes(former_hai_duong_only=True))
    assert Counter(row["kind"] for row in old) == {
        "whole": 173,
        "split_default": 34,
        "split_other": 36,
    }


def test_a_commune_is_read_by_its_key():
    place = commune("vn-2025:10813")
    assert (place.name, place.short, place.type) == ("Xã Thanh Hà", "Thanh Hà", "Xã")
    assert place.in_former_hai_duong
    assert (round(place.lat, 1), round(place.lon, 1)) == (20.9, 106.4)


@pytest.mark.parametrize("key", ["10813", "vn-pre2025:10882", "vn-2025:1", "vn-2025:99999", ""])
def test_a_code_without_its_scheme_is_refused(key):
    with pytest.raises(Invalid):
        commune(key)


def test_a_reused_code_means_another_place_in_another_scheme():
    # 10882 was xã Vĩnh Cường and is xã Hà Đông; 10909 was Cẩm Vũ and is Tuệ Tĩnh.
    assert commune("vn-2025:10882").name == "Xã Hà Đông"
    assert commune("vn-2025:10909").name == "Xã Tuệ Tĩnh"
    old = {row["old_code"]: row["old_ward"] for row in rows("haiduong_old_to_new.csv")}
    inside = communes(former_hai_duong_only=True)
    assert all(place.code in old for place in inside)
    assert sum(old[place.code] != place.name for place in inside) == 52


TABLE = [
    ("xã Thanh Sơn", "huyện Thanh Hà, tỉnh Hải Dương", {"10813"}),
    ("xã Liên Mạc", "huyện Thanh Hà, Hải Dương", {"10843"}),
    ("xã Vĩnh Lập", "huyện Thanh Hà, Hải Dương", {"10882"}),
    ("xã Cẩm Chế", "huyện Thanh Hà, tỉnh Hải Dương", {"10816", "10756"}),
    ("phường Cộng Hòa", "Chí Linh, Hải Dương", {"10570", "10549"}),
    ("xã Chi Lăng Nam", "huyện Thanh Miện", {"11284"}),
    ("Đức Chính", "Cẩm Giàng", {"10909"}),
    ("An Thanh", "Tứ Kỳ", {"11131"}),
    ("P. Trần Hưng Đạo", "TP Hải Dương", {"10525"}),
    ("phường Trần Phú", "TP. Hải Dương", {"10532", "10537"}),
]


@pytest.mark.parametrize(("ward", "district", "expected"), TABLE)
def test_an_old_commune_leads_to_what_it_became(ward, district, expected):
    assert codes(resolve_old(ward, district)) == expected
    assert codes(resolve_line(f"{ward}, {district}")) == expected


@pytest.mark.parametrize("text", ["Thanh Hà, Hải Dương", "thanh ha", "huyện Thanh Hà"])
def test_a_district_and_a_town_of_one_name_are_a_question(text):
    found = codes(resolve_line(text))
    assert "10813" in found
    assert len(found) == 8


def test_the_town_is_answered_when_it_is_named_as_a_town():
    assert codes(resolve_old("TT. Thanh Hà", "Hải Dương")) == {"10813"}


@pytest.mark.parametrize(
    ("ward", "district", "expected"),
    [
        ("P.Trần Hưng Đạo", "TP. Hải Dương", {"10525"}),
        ("X. Thanh Sơn", "H. Thanh Hà", {"10813"}),
        ("TT Tứ Kỳ", "h. Tứ Kỳ", {"11074"}),
        ("T.T. Nam Sách", "Nam Sách", {"10606"}),
        ("P. An Phụ", "TX. Kinh Môn", {"10729"}),
        ("p.tran hung dao", "tp hai duong", {"10525"}),
    ],
)
def test_abbreviations_and_missing_accents_are_read(ward, district, expected):
    assert codes(resolve_old(ward, district)) == expected


@pytest.mark.parametrize(
    ("ward", "district", "then", "namesake"),
    [
        ("phường Trần Hưng Đạo", "thành phố Hải Dương", {"10525"}, "10570"),
        ("phường Nguyễn Trãi", "thành phố Hải Dương", {"10507"}, "10552"),
        ("phường Trần Phú", "thành phố Hải Dương", {"10532", "10537"}, "10633"),
        ("phường Chí Minh", "thành phố Chí Linh", {"10549"}, "11131"),
    ],
)
def test_a_name_that_moved_leads_to_the_old_place(ward, district, then, namesake):
    found = codes(resolve_old(ward, district))
    assert found == then
    assert namesake not in found


def test_without_a_district_the_namesake_of_today_is_a_candidate_too():
    assert codes(resolve_line("phường Trần Hưng Đạo, Hải Dương")) == {"10525", "10570"}


def test_old_names_that_repeat_are_kept_apart_by_their_district():
    assert codes(resolve_old("xã Hồng Phong", "Nam Sách")) != codes(
        resolve_old("xã Hồng Phong", "Ninh Giang")
    )
    assert len(resolve_old("xã Hồng Phong")) >= 3


def test_every_split_unit_is_a_question():
    old = rows("haiduong_old_to_new.csv")
    became = {}
    for row in old:
        became.setdefault((row["old_ward"], row["old_district"]), set()).add(row["new_code"])
    split = {place: new for place, new in became.items() if len(new) > 1}
    assert len(split) == 34
    for (ward, district), new in split.items():
        assert new <= codes(resolve_old(ward, district))


def test_every_old_unit_is_found_by_name_and_district():
    for row in rows("haiduong_old_to_new.csv"):
        line = f"{row['old_ward']}, {row['old_district']}, Hải Dương"
        assert row["new_code"] in codes(resolve_line(line)), line


def test_an_older_name_counts_inside_its_district_only():
    assert codes(resolve_old("xã Vĩnh Lập", "Thanh Hà")) == {"10882"}
    assert resolve_old("xã Vĩnh Lập", "Nam Sách") == []
    assert resolve_old("xã Vĩnh Lập") == []
    assert codes(resolve_old("xã Phúc Thành", "Kim Thành")) != codes(
        resolve_old("xã Phúc Thành", "Kinh Môn")
    )


def test_an_older_name_elsewhere_makes_a_bare_name_a_question():
    # Thanh Quang was in Thanh Hà until 2025, and before 2024 another one in Nam Sách.
    assert codes(resolve_old("xã Thanh Quang", "Thanh Hà")) == {"10882"}
    assert codes(resolve_old("xã Thanh Quang")) == {"10882", "10633"}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("xã Thanh Xá huyện Thanh Hà tỉnh Hải Dương", {"10813"}),
        ("Số 12 Chợ Mật, phường Trần Phú, TP. Hải Dương", {"10532", "10537"}),
        ("Thôn Thanh Hà, xã Đức Chính, huyện Cẩm Giàng, Việt Nam", {"10909"}),
        ("Phường An Phụ thị xã Kinh Môn", {"10729"}),
        ("Xã Thanh Hà, thành phố Hải Phòng", {"10813"}),
        ("Hải Dương", set()),
        ("Xã Không Có, huyện Kiến Thụy", set()),
        ("", set()),
    ],
)
def test_a_written_line_is_read_from_its_end(line, expected):
    assert codes(resolve_line(line)) == expected


def test_an_unknown_commune_of_a_known_district_asks_for_one_of_that_district():
    assert len(resolve_line("Thôn Đông, xã Không Có, huyện Thanh Hà")) == 8
    assert resolve_old("xã Không Có", "huyện Thanh Hà") == []


def test_a_name_that_looks_like_a_kind_is_kept():
    old = {row["old_ward"] for row in rows("haiduong_old_to_new.csv")}
    assert "Xã Phúc Điền" in old
    assert codes(resolve_old("Phúc Điền", "Cẩm Giàng"))
    assert codes(resolve_old("P. Phú Thứ", "Kinh Môn")) == codes(
        resolve_old("Phú Thứ", "TX Kinh Môn")
    )


def test_search_ignores_accents_and_prefers_the_beginning():
    assert [place.short for place in find("thanh ha")] == ["Thanh Hà"]
    assert [place.short for place in find("xã tu ky")] == ["Tứ Kỳ"]
    found = [place.short for place in find("THANH")]
    assert found[:3] == ["Thành Đông", "Thanh Hà", "Thanh Miện"]
    assert "Lê Thanh Nghị" in found
    assert find("") == find("  ") == find("zzz") == []


@given(st.text(max_size=60), st.text(max_size=40))
def test_whatever_is_typed_only_known_communes_come_back(ward, district):
    known = set(communes())
    assert set(resolve_old(ward, district)) <= known
    assert set(resolve_line(f"{ward}, {district}")) <= known
    assert set(find(ward)) <= known

"""A rule's value looks like the one before: whoever reads it counts on that."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.rules_seed import SEED
from kernel.rules_shapes import problem_of

REQUIREMENT = {
    "title": {"vi": "Giấy phép", "en": "Licence"},
    "forms": ["individual"],
    "sells": ["raw"],
    "any_of": {"papers": ["registration"]},
    "optional": True,
}
CONSENT = {"version": "2026-07", "required": True, "text": {"vi": "Đồng ý.", "en": "I agree."}}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize("row", SEED, ids=lambda row: f"{row[0]} {row[2]}")
def test_every_seeded_value_has_its_own_shape(row):
    assert problem_of(row[0], row[1], like=row[1]) == ""


@pytest.mark.parametrize(
    ("like", "value", "fits"),
    [
        (5, 7, True),
        (5, 0, True),
        (5, -1, False),
        (5, "7", False),
        (5, True, False),
        (5, None, False),
        (True, False, True),
        (True, 1, False),
        ("2027-06-30", "2027-07-01", True),
        ("2027-06-30", "", False),
        ([30, 7], [60, 30, 7], True),
        ([30, 7], [], False),
        ([30, 7], ["7"], False),
        ([30, 7], 7, False),
        ({"vat": 100, "pit": None}, {"vat": 50, "pit": 10}, True),
        ({"vat": 100, "pit": 50}, {"vat": 100, "pit": None}, True),
        ({"vat": 100, "pit": 50}, {"vat": 100}, False),
        ({"vat": 100}, {"vat": -1}, False),
        (None, {"anything": 1}, True),
    ],
)
def test_values_are_measured_by_the_one_before(like, value, fits):
    assert (problem_of("test.rule", value, like=like) == "") is fits


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", {"vi": "Giấy phép"}),
        ("title", {"vi": "Giấy phép", "en": " "}),
        ("any_of", {}),
        ("any_of", {"papers": []}),
        ("any_of", {"papers": "registration"}),
        ("forms", "individual"),
        ("sells", [1]),
        ("optional", "yes"),
    ],
)
def test_a_requirement_without_its_parts_is_refused(name, value):
    assert problem_of("requirement.x", REQUIREMENT) == ""
    assert problem_of("requirement.x", REQUIREMENT | {name: value}) != ""


@pytest.mark.parametrize(
    "wrong", [{"version": ""}, {"required": 1}, {"text": {"vi": "Đồng ý."}}, {"text": "Đồng ý."}]
)
def test_a_consent_without_its_parts_is_refused(wrong):
    assert problem_of("consent.x", CONSENT) == ""
    assert problem_of("consent.x", CONSENT | wrong) != ""


@given(JSON, JSON)
def test_no_value_breaks_the_check_and_each_is_like_itself(value, like):
    before = copy.deepcopy((value, like))
    for key in ("test.rule", "requirement.x", "consent.x"):
        assert isinstance(problem_of(key, value, like=like), str)
    assert (value, like) == before

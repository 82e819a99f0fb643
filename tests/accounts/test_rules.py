import unicodedata
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import rules
from kernel.errors import Invalid
from tests.conftest import NOW


@pytest.mark.parametrize(
    "typed",
    [
        "0912345678",
        "0912 345 678",
        "0912.345.678",
        "+84 912 345 678",
        "84912345678",
        "(0912) 345-678",
        "".join(chr(0xFF10 + int(digit)) for digit in "0912345678"),
    ],
)
def test_a_mobile_number_is_one_number_however_it_is_typed(typed):
    assert rules.read_contact(typed) == rules.Contact(phone="+84912345678")


def test_an_address_is_one_address_in_any_letters():
    assert rules.read_contact(" Lan@Example.COM ") == rules.Contact(email="lan@example.com")


@pytest.mark.parametrize(
    "typed",
    ["", "12", "0243 936 1234", "lan", "lan@", "@example.com", "lan@host", "09123456789012"],
)
def test_what_cannot_be_reached_is_refused(typed):
    with pytest.raises(Invalid) as refusal:
        rules.read_contact(typed)
    assert refusal.value.field == "contact"


@given(st.text(max_size=40))
def test_any_text_is_a_contact_or_a_refusal(typed):
    try:
        contact = rules.read_contact(typed)
    except Invalid:
        return
    assert rules.read_contact(contact.text) == contact


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "12345678",
        "87654321",
        "aaaaaaaa",
        "abababab",
        "abcabcabc",
        "abcdefgh",
        "Matkhau123",
        "0912345678",
        "+84912345678",
        "x" * 129,
    ],
)
def test_a_password_that_guessers_try_first_is_refused(password):
    with pytest.raises(Invalid) as refusal:
        rules.check_password(password, "+84912345678")
    assert refusal.value.field == "password"


def test_ones_own_address_is_no_password():
    for password in ("nguyenlan@example.com", "nguyenlan"):
        with pytest.raises(Invalid):
            rules.check_password(password, "nguyenlan@example.com")


@pytest.mark.parametrize(
    "password", ["vải chín đỏ cây", "correct horse battery", "x7$kQ!02", "ộ" * 4 + "ương"]
)
def test_words_of_any_language_are_a_password(password):
    rules.check_password(password, "+84912345678")


def test_a_password_is_the_same_however_its_accents_are_composed():
    composed = "v\u1ea3i"
    spread = unicodedata.normalize("NFD", composed)
    assert spread != composed
    assert rules.normal_password(spread) == rules.normal_password(composed)


def test_five_failures_are_free_then_waiting_doubles_up_to_an_hour():
    waits = [rules.wait_after(failures) for failures in (0, 1, 4, 5, 6, 7, 10, 11, 500)]
    minutes = [wait // timedelta(minutes=1) for wait in waits]
    assert minutes == [0, 0, 0, 1, 2, 4, 32, 60, 60]


@given(st.integers(0, 10_000))
def test_more_failures_never_mean_less_waiting(failures):
    assert rules.wait_after(failures) <= rules.wait_after(failures + 1) <= timedelta(hours=1)


@pytest.mark.parametrize(
    ("away", "staff", "over"),
    [
        (timedelta(days=30), False, False),
        (timedelta(days=30, seconds=1), False, True),
        (timedelta(hours=12), True, False),
        (timedelta(hours=12, seconds=1), True, True),
    ],
)
def test_a_browser_that_was_long_away_is_signed_out(away, staff, over):
    assert rules.is_idle(NOW - away, NOW, staff=staff) is over


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36",
            "Chrome · Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
            "Safari · iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/132.0", "Firefox · Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) coc_coc_browser/130 Chrome/124.0", "Cốc Cốc · Windows"),
        ("curl/8.5", ""),
        ("", ""),
    ],
)
def test_a_device_is_called_what_people_call_it(agent, name):
    assert rules.device_name(agent) == name

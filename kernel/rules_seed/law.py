"""Rules of trade, tax and privacy, and of the house."""

from collections.abc import Iterator
from datetime import date
from typing import Any

Row = tuple[str, Any, date, str, str, date | None, str]
"""Key, value, first day, legal reference, certainty, first day without it, note."""

_ECOMMERCE = "Luật Thương mại điện tử 122/2025/QH15"
_DECREE_248 = "NĐ 248/2026/NĐ-CP"
_PRIVACY = "NĐ 356/2025/NĐ-CP"
HOUSE = "Quy chế của sàn"

_JAN_2024, _JUL_2024 = date(2024, 1, 1), date(2024, 7, 1)
_JUL_2025, _JAN_2026 = date(2025, 7, 1), date(2026, 1, 1)
_JUL_2026, _JAN_2027 = date(2026, 7, 1), date(2027, 1, 1)
SINCE_EVER = date(2020, 1, 1)

_LEGAL: list[tuple[str, Any, date, str, str, str]] = [
    ("ecom.takedown_hours", 24, _JUL_2026, f"{_ECOMMERCE} Điều 17", "B+", ""),
    ("ecom.authority_info_hours", 24, _JUL_2026, f"{_ECOMMERCE} Điều 17", "B+", ""),
    ("ecom.vendor_termination_notice_days", 5, _JUL_2026, f"{_ECOMMERCE} Điều 17", "B+", ""),
    ("ecom.fee_change_notice_days", 20, _JUL_2026, f"{_DECREE_248} Điều 8", "B+", ""),
    (
        "ecom.vendor_e_authentication_required",
        True,
        _JAN_2027,
        f"{_DECREE_248} Điều 52(2)",
        "B+",
        "",
    ),
    (
        "ecom.old_registration_valid_until",
        "2027-06-30",
        _JUL_2026,
        f"{_ECOMMERCE} Điều 41",
        "B+",
        "",
    ),
    ("retention.listing_years", 1, _JUL_2026, f"{_ECOMMERCE} Điều 17(1)(e)", "B+", "minimum"),
    ("retention.order_years", 3, _JUL_2026, f"{_ECOMMERCE} Điều 17(1)(e)", "B+", "minimum"),
    (
        "retention.livestream_years",
        3,
        _JUL_2026,
        f"{_ECOMMERCE}",
        "U",
        "drafts said 1, the ministry once 3",
    ),
    (
        "tax.exempt_annual_revenue",
        1_000_000_000,
        _JAN_2026,
        "NĐ 68/2026/NĐ-CP; NĐ 141/2026/NĐ-CP",
        "B+",
        "",
    ),
    ("tax.return_day_of_next_month", 20, _JUL_2025, "NĐ 117/2025/NĐ-CP", "A", ""),
    ("privacy.ack_working_days", 2, _JAN_2026, _PRIVACY, "A", ""),
    ("privacy.withdraw_days", 15, _JAN_2026, _PRIVACY, "A", ""),
    ("privacy.withdraw_days_with_processor", 20, _JAN_2026, _PRIVACY, "A", ""),
    ("privacy.extension_days", 15, _JAN_2026, _PRIVACY, "A", ""),
    ("privacy.breach_notice_hours", 72, _JAN_2026, "Luật 91/2025/QH15 Điều 23", "C", ""),
    ("consumer.refund_days", 30, _JUL_2024, "Luật 19/2023/QH15 Điều 38", "B", ""),
    (
        "consumer.missing_info_termination_days",
        30,
        _JUL_2024,
        "Luật 19/2023/QH15 Điều 38",
        "B",
        "",
    ),
    (
        "promo.max_discount_percent",
        50,
        date(2018, 7, 15),
        "NĐ 81/2018/NĐ-CP; NĐ 128/2024/NĐ-CP; NĐ 239/2026/NĐ-CP",
        "B",
        "a repeal is unverified",
    ),
    ("tour.deposit.domestic", 100_000_000, _JAN_2024, "NĐ 168/2017/NĐ-CP", "B+", ""),
    ("tour.deposit.inbound", 250_000_000, _JAN_2024, "NĐ 168/2017/NĐ-CP", "B+", ""),
    ("tour.deposit.outbound_or_both", 500_000_000, _JAN_2024, "NĐ 168/2017/NĐ-CP", "B+", ""),
    (
        "ocop.certificate_months",
        36,
        date(2023, 2, 24),
        "QĐ 148/QĐ-TTg 2023; QĐ 1489/QĐ-TTg 2025",
        "A",
        "",
    ),
    ("vietgap.record_months_after_harvest", 12, SINCE_EVER, "TCVN 11892-1:2017", "U", ""),
]

_RATES: list[tuple[str, int, int, int | None, str]] = [
    ("goods", 100, 50, 100, "A"),
    ("service", 500, 200, 500, "A"),
    ("production", 300, 150, 200, "A"),
    ("other", 200, 100, None, "C"),
    ("unknown", 500, 200, 500, "A"),
    ("agri_self_produced", 0, 0, 0, "U"),
]
"""Category; VAT, income tax of residents and of non-residents in hundredths of a percent."""

_HOUSE_RULES: list[tuple[str, Any, str]] = [
    ("vendor.answer_working_days", 5, "the office answers an application within"),
    ("vendor.papers_most", 20, "papers of one dossier"),
    ("upload.max_mb", 15, "one paper or picture"),
    ("hold.minutes", 20, "a basket keeps what it holds"),
    ("pay.minutes.vietqr", 30, "a transfer is waited for"),
    ("pay.minutes.card", 31, "a card page is waited for; the provider asks for 30 at least"),
    ("delivery.fee_vnd", 25_000, "delivery, for each vendor of an order"),
    ("cod.max_vnd", 5_000_000, "an order paid on delivery"),
]


def _tax_rows() -> Iterator[Row]:
    """List the matrix as ordered by decree 117 and, with the same numbers, by decree 252."""
    for name, vat, pit, pit_non_resident, certainty in _RATES:
        value = {"vat": vat, "pit": pit, "pit_non_resident": pit_non_resident}
        key, note = f"tax.matrix.{name}", "hundredths of a percent of revenue"
        law = "NĐ 117/2025/NĐ-CP Điều 5"
        yield key, value, _JUL_2025, law, certainty, _JUL_2026, note
        law = "NĐ 252/2026/NĐ-CP Điều 44; Luật 48/2024/QH15 Điều 12; Luật 109/2025/QH15 Điều 7"
        yield key, value, _JUL_2026, law, "U" if certainty == "U" else "B", None, note


def law_rows() -> Iterator[Row]:
    """List every rule of this file."""
    for key, value, day, law, mark, note in _LEGAL:
        yield key, value, day, law, mark, None, note
    yield from _tax_rows()
    for key, value, note in _HOUSE_RULES:
        yield key, value, SINCE_EVER, HOUSE, "H", None, note

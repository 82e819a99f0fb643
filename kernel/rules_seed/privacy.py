"""Rules of personal data: what people agree to, in the words they read, and the office's clocks.

A rule ``consent.<purpose>`` holds a version, whether an application needs it, and the
text in both languages; a new text is a new version with a new first day.
"""

from typing import Any

_CONSENTS = "Luật 91/2025/QH15 Điều 9"
_REQUESTS = "NĐ 356/2025/NĐ-CP"

PRIVACY: list[tuple[str, Any, str, str, str]] = [
    (
        "consent.vetting",
        {
            "version": "2026-07",
            "required": True,
            "text": {
                "vi": "Tôi đồng ý để sàn và Sở xem xét các thông tin và giấy tờ trong hồ sơ này nhằm "
                "xác minh người bán. Tôi có thể rút lại sự đồng ý bất cứ lúc nào.",
                "en": "I agree that the market and the trade office process the details and papers of "
                "this application in order to verify the seller. I can withdraw this at any time.",
            },
        },
        _CONSENTS,
        "B",
        "",
    ),
    (
        "consent.marketing",
        {
            "version": "2026-07",
            "required": False,
            "text": {
                "vi": "Tôi đồng ý nhận tin về hội chợ, mùa vụ và chương trình của sàn. "
                "Không bắt buộc; tôi có thể rút lại bất cứ lúc nào.",
                "en": "I agree to receive news about fairs, seasons and offers of the market. "
                "This is optional; I can withdraw it at any time.",
            },
        },
        _CONSENTS,
        "B",
        "",
    ),
    (
        "consent.named_on_lot",
        {
            "version": "2026-11",
            "required": False,
            "text": {
                "vi": "Tôi đồng ý để tên tôi hiện trên trang truy xuất của những lô hàng mà tôi đã ghi "
                "chép, thu hoạch, đóng gói hoặc giao. Không bắt buộc; tôi có thể rút lại bất cứ lúc nào.",
                "en": "I agree that my name is shown on the pages of lots that I recorded, harvested, "
                "packed or shipped. This is optional; I can withdraw it at any time.",
            },
        },
        _CONSENTS,
        "B",
        "",
    ),
    ("privacy.access_days", 10, _REQUESTS, "U", "10 to 20 days by kind; a lawyer confirms them"),
    ("privacy.correction_days", 10, _REQUESTS, "U", "10 to 20 days by kind"),
    ("privacy.deletion_days", 20, _REQUESTS, "U", "10 to 20 days by kind"),
    (
        "privacy.identity_days_after_decision",
        {"approve": 0, "reject": 1, "final": 0},
        _REQUESTS,
        "B",
        "identity papers and numbers are erased so many days later (a rejection: after the appeal "
        "window; final: appeal dismissed, application withdrawn)",
    ),
    ("privacy.remind_days", 3, "Quy chế của sàn", "H", "days before a due day the office hears"),
]
"""Key, value, legal reference, certainty, note."""

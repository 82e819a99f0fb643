"""Rules of recalls: how fast, how complete, how often they are tried out.

BRCGS Food Safety 9, 3.9 asks for four hours and one drill a year with mass balance; SQF, FSSC 22000
and Freshcare for one a year, too. What the circulars of Viet Nam ask is not confirmed.
"""

from typing import Any

SCHEMES = "BRCGS Food Safety 9, 3.9; TCVN ISO 22000:2018, 8.9.5"
LAW = "Luật An toàn thực phẩm 55/2010/QH12 Điều 55"

RECALLS: list[tuple[str, Any, str, str, str]] = [
    ("recall.hours", 4, SCHEMES, "B", "Từ khi biết mã lô đến khi mọi nơi ngừng bán"),
    ("recall.tolerance_percent", 2, SCHEMES, "H", "Phần hàng chưa rõ ở đâu được phép"),
    ("recall.drill_days", 365, SCHEMES, "B", "Diễn tập ít nhất mỗi năm một lần"),
    ("recall.answer_days", 3, LAW, "U", "Sau đó gọi điện cho người chưa trả lời"),
]

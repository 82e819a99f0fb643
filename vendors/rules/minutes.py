"""The minutes of a visit in the words of an official document.

Vietnamese, because it is the text of the document; what is not known stays ``[...]``.
Order and parts: NĐ 30/2020/NĐ-CP, Appendix III, form 1.11 (biên bản).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from vendors.rules.sheets import MISSING
from vendors.rules.visits import Finding, LineFinding, Spot, VisitResult

_RESULTS = {
    VisitResult.PASSED: "Đạt yêu cầu",
    VisitResult.PASSED_WITH_REMARKS: "Đạt yêu cầu, có nội dung cần khắc phục",
    VisitResult.FAILED: "Không đạt yêu cầu",
}
_FINDINGS = {
    Finding.GOOD: "đạt",
    Finding.REMARK: "cần khắc phục",
    Finding.BAD: "không đạt",
    Finding.NOT_LOOKED: "chưa kiểm tra",
}


@dataclass(frozen=True)
class Seen:
    """What the minutes of a visit say, as a document tells it."""

    name: str
    day: str
    place: str
    inspectors: str
    present: str
    result: VisitResult
    lines: Sequence[tuple[str, LineFinding]]
    findings: str
    vendor_words: str
    signed_by: str
    spot: Spot | None = None
    photos: int = 0


def minutes_subject(name: str) -> str:
    """Return what the document is about."""
    return f"Kiểm tra thực tế cơ sở của gian hàng {name or MISSING}"


def minutes_articles(seen: Seen) -> list[str]:
    """Return the paragraphs of the minutes."""
    return [
        f"Thời gian kiểm tra: ngày {seen.day}. Địa điểm: {seen.place or MISSING}{_spot(seen.spot)}.",
        f"Thành phần tham dự: {seen.inspectors or MISSING} (đoàn kiểm tra); "
        f"{_one_line(seen.present) or MISSING} (đại diện cơ sở).",
        f"Nội dung kiểm tra: {_lines(seen.lines)}",
        f"Kết quả: {_RESULTS[seen.result]}.{_sentence(seen.findings)}{_photos(seen.photos)}",
        f"Ý kiến của đại diện cơ sở: {_one_line(seen.vendor_words) or 'không có ý kiến khác'}.",
        f"Biên bản đã được đọc cho những người có mặt nghe và cùng ký tên: "
        f"{_one_line(seen.signed_by) or MISSING}.",
    ]


def _spot(spot: Spot | None) -> str:
    if spot is None:
        return ""
    lat, lon = (f"{value:.5f}".replace(".", ",") for value in (spot.lat, spot.lon))
    exact = "" if spot.accuracy_m is None else f", sai số {spot.accuracy_m} m"
    return f" (vĩ độ {lat}, kinh độ {lon}{exact})"


def _lines(lines: Sequence[tuple[str, LineFinding]]) -> str:
    told = [
        f"{title}: {_FINDINGS[line.finding]}"
        + (f" ({_one_line(line.remark)})" if line.remark.strip() else "")
        for title, line in lines
    ]
    return f"{'; '.join(told)}." if told else f"{MISSING}."


def _sentence(text: str) -> str:
    return f" {_one_line(text)}." if text.strip() else ""


def _photos(count: int) -> str:
    return f" Kèm theo {count} ảnh chụp tại cơ sở." if count else ""


def _one_line(text: str) -> str:
    """Return a text without line ends and the point at its end: paragraphs are set as one."""
    return " ".join(text.split()).rstrip(".")

"""What stands on a label, out of what was frozen when it was ordered: Vietnamese, then English."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from traceability.labels.setting import Face
from traceability.rules.labels import Template

HEADING = "NGUỒN GỐC SẢN PHẨM"
HINT = "Quét mã để xem nhật ký, chứng nhận và tình trạng lô · Scan for the story of this lot"
HARVESTED, PACKED, BEST = "Thu hoạch / Harvested", "Đóng gói / Packed", "HSD / Best before"
SCRATCH = "Cào để xác thực / Scratch"
NET = "Khối lượng / Net"


def face_of(printed: Mapping[str, Any], template: Template) -> Face:
    """Return the words of a label."""
    title = printed["product"].get("vi") or next(iter(printed["product"].values()), "")
    days = ((HARVESTED, "harvested"), (PACKED, "packed"), (BEST, "best_before"))
    said = [(name, _day(printed[key])) for name, key in days]
    # The smallest label has no room for two languages: its code leads to both.
    small = template is Template.SHEET
    lines = [
        f"{name.partition(' / ')[0] if small else name} {value}"
        for name, value in [(NET, printed["net"]), *said]
        if value
    ]
    return Face(
        title=title,
        title_en=printed["product"].get("en", ""),
        maker=printed["vendor"],
        place=_place(printed),
        code=printed["code"],
        lines=tuple(lines),
        facts=_facts(printed, title) if template is Template.CERTIFICATE else (),
        heading=HEADING,
        hint=HINT,
        sscc=printed["sscc"],
        scratch=SCRATCH,
        elements=_elements(printed) if template is Template.CRATE else (),
    )


def _elements(printed: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return what bars say of a lot: nothing where its vendor has no GTIN for it.

    The lot comes last: it alone is of any length.
    """
    if not printed["gtin"]:
        return ()
    packed = date.fromisoformat(printed["packed"]).strftime("%y%m%d") if printed["packed"] else ""
    said = (("01", printed["gtin"]), ("13", packed), ("10", printed["code"]))
    return tuple((ai, value) for ai, value in said if value)


def _facts(printed: Mapping[str, Any], title: str) -> tuple[tuple[str, str], ...]:
    """Return what Circular 02/2024/TT-BKHCN asks for, as far as paper can say it."""
    pairs = (
        ("Sản phẩm / Product", " · ".join(filter(None, (title, printed["variety"])))),
        ("Đơn vị sản xuất / Producer", printed["vendor"]),
        ("Địa chỉ / Address", printed["vendor_address"]),
        ("Nơi trồng / Grown at", _place(printed)),
        ("Mã số vùng trồng / Planting-area code", printed["planting_area_code"]),
        (HARVESTED, _day(printed["harvested"])),
        (PACKED, _day(printed["packed"])),
        (BEST, _day(printed["best_before"])),
        ("Mã lô / Lot", printed["code"]),
        ("Mã truy vết / Tracing code", printed["trace_code"]),
        ("GTIN", printed["gtin"]),
        ("Xuất xứ / Origin", "Việt Nam / Viet Nam"),
        *_log(printed.get("checkpoint") or {}),
    )
    return tuple((name, value) for name, value in pairs if value)


def _log(point: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the checkpoint of the log of events: with the paper anybody finds it rewritten."""
    if not point:
        return ()
    signed = f"{point['size']} · {point['root']} · {point['kid']} · {_day(point['signed_on'])}"
    return (
        ("Mốc nhật ký / Log checkpoint", signed),
        ("Đối chiếu tại / Compare at", point["address"]),
    )


def _place(printed: Mapping[str, Any]) -> str:
    return ", ".join(filter(None, (printed["farm"], printed["commune"])))


def _day(iso: str) -> str:
    return date.fromisoformat(iso).strftime("%d/%m/%Y") if iso else ""

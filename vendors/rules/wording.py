"""What a new document begins with: the officer's words of the last step, in the usual form.

Vietnamese, because it is the text of the document; what is not known stays ``[...]``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from vendors.rules.decisions import DecisionKind
from vendors.rules.sheets import MISSING

_K = DecisionKind


@dataclass(frozen=True)
class Known:
    """What the dossier tells of the vendor and of the last step."""

    name: str
    address: str = ""
    reason: str = ""
    ground: str = ""
    market: str = ""


_SUBJECTS = {
    _K.RECOGNITION: "Về việc công nhận gian hàng {name} trên {market}",
    _K.REJECTION: "Về việc không công nhận gian hàng {name} trên {market}",
    _K.INFORMATION_REQUEST: "Về việc bổ sung hồ sơ đăng ký gian hàng {name}",
    _K.SUSPENSION: "Về việc đình chỉ hoạt động gian hàng {name} trên {market}",
    _K.TERMINATION: "Về việc chấm dứt hoạt động gian hàng {name} trên {market}",
    _K.INSPECTION: "Kiểm tra thực tế cơ sở của gian hàng {name}",
}
_STARTS = "Quyết định này có hiệu lực kể từ ngày ký."
_CARRY_OUT = (
    "Chánh Văn phòng, các phòng có liên quan và {name} chịu trách nhiệm thi hành Quyết định này"
)
_ARTICLES: dict[DecisionKind, tuple[str, ...]] = {
    _K.RECOGNITION: (
        "Công nhận gian hàng {name}, địa chỉ: {address}, được hoạt động trên {market}.",
        _STARTS,
        _CARRY_OUT,
    ),
    _K.REJECTION: (
        "Không công nhận gian hàng {name}, địa chỉ: {address}. Lý do: {reason}",
        _STARTS,
        _CARRY_OUT,
    ),
    _K.INFORMATION_REQUEST: (
        "Sau khi xem xét hồ sơ đăng ký gian hàng của {name}, địa chỉ: {address}, "
        "đề nghị bổ sung nội dung sau: {reason}",
        "Hồ sơ bổ sung được nộp trực tuyến trên {market}",
    ),
    _K.SUSPENSION: (
        "Đình chỉ hoạt động của gian hàng {name}, địa chỉ: {address}. Lý do: {reason}",
        _STARTS,
        _CARRY_OUT,
    ),
    _K.TERMINATION: (
        "Chấm dứt hoạt động của gian hàng {name}, địa chỉ: {address}. Lý do: {reason}",
        _STARTS,
        _CARRY_OUT,
    ),
    _K.INSPECTION: (
        "Thời gian kiểm tra: [...]. Địa điểm: {address}.",
        "Thành phần tham dự: [...].",
        "Nội dung và kết quả kiểm tra: [...].",
        "Ý kiến của đại diện cơ sở: [...].",
    ),
}


def first_words(kind: DecisionKind, known: Known) -> tuple[str, Sequence[str], Sequence[str]]:
    """Return subject, grounds and articles to begin with."""
    values = {
        "name": known.name or MISSING,
        "address": known.address or MISSING,
        "reason": known.reason or MISSING,
        "market": known.market or MISSING,
    }
    articles = [text.format(**values) for text in _ARTICLES[kind]]
    grounds = [part.strip() for part in known.ground.split(";")] if known.ground else [MISSING]
    return _SUBJECTS[kind].format(**values), [*grounds, "Hồ sơ của gian hàng"], articles

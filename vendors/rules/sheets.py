"""What stands on an official document, line by line (NĐ 30/2020/NĐ-CP, Appendix I).

Everything here is Vietnamese: it is the text of the document, not of a page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kernel.text import nfc
from vendors.rules.decisions import DECISION, MINUTES, NOTICE, TYPE_CODES, DecisionKind, symbol

MISSING = "[...]"
NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
_TITLES = {DECISION: "QUYẾT ĐỊNH", NOTICE: "THÔNG BÁO", MINUTES: "BIÊN BẢN"}


@dataclass(frozen=True)
class Letterhead:
    """Who issues, as the settings of the installation name it."""

    governing: str = ""
    issuing: str = ""
    code: str = ""
    place: str = ""
    signer_title: str = ""


@dataclass(frozen=True)
class Facts:
    """What a document says; what is empty is printed as ``[...]``."""

    kind: DecisionKind
    subject: str = ""
    grounds: Sequence[str] = ()
    articles: Sequence[str] = ()
    recipients: Sequence[str] = ()
    number: int | None = None
    day: date | None = None
    signer_name: str = ""
    # Signed by the deputy for the head: KT. GIÁM ĐỐC / PHÓ GIÁM ĐỐC.
    by_deputy: bool = False


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of the body; ``lead`` (Điều 1.) is bold."""

    text: str
    lead: str = ""


@dataclass(frozen=True)
class Sheet:
    """A document ready to be set: each field is what is printed."""

    governing: str
    issuing: str
    number: str
    place_and_day: str
    title: str
    subject: str
    authority: str
    grounds: Sequence[str]
    decides: str
    body: Sequence[Paragraph]
    recipients: Sequence[str]
    signer: Sequence[str]
    signer_name: str


def compose(facts: Facts, head: Letterhead) -> Sheet:
    """Return the document of these facts, in the order and spelling of the decree."""
    type_code = TYPE_CODES[facts.kind]
    decides = type_code == DECISION
    return Sheet(
        governing=_line(head.governing).upper(),
        issuing=_line(head.issuing).upper(),
        number=f"Số: {symbol(facts.number, type_code, nfc(head.code).strip())}",
        place_and_day=f"{_line(head.place)}, {spoken_day(facts.day)}",
        title=_TITLES[type_code],
        subject=_line(facts.subject),
        authority=f"{_line(head.signer_title)} {_line(head.issuing)}".upper() if decides else "",
        grounds=grounds(facts.grounds) if decides or facts.grounds else (),
        decides="QUYẾT ĐỊNH:" if decides else "",
        body=_body(facts.articles, numbered=decides),
        recipients=_recipients(facts.recipients),
        signer=_signer(_line(head.signer_title), by_deputy=facts.by_deputy),
        signer_name=_line(facts.signer_name),
    )


def spoken_day(day: date | None) -> str:
    """Write a day: below ten, and January and February, get a nought."""
    if day is None:
        return f"ngày {MISSING} tháng {MISSING} năm {MISSING}"
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def grounds(lines: Sequence[str]) -> Sequence[str]:
    """Write the grounds: each begins with "Căn cứ" and ends with ";", the last with "."."""
    kept = [bare for line in lines if (bare := _bare(line))] or [MISSING]
    written = [_begun(line) for line in kept]
    return (*(f"{line};" for line in written[:-1]), f"{written[-1]}.")


def _begun(line: str) -> str:
    starts = line.casefold().startswith(("căn cứ", "theo", "xét"))
    return line[0].upper() + line[1:] if starts else f"Căn cứ {line}"


def _body(articles: Sequence[str], *, numbered: bool) -> Sequence[Paragraph]:
    texts = [text for article in articles if (text := nfc(article).strip())] or [MISSING]
    texts[-1] = ended(texts[-1])
    if not numbered:
        return tuple(Paragraph(text) for text in texts)
    return tuple(Paragraph(text, f"Điều {n}.") for n, text in enumerate(texts, 1))


def ended(text: str) -> str:
    """Close the last paragraph with the sign that nothing follows: ``./.``."""
    return text.rstrip(" ./;,\n\t") + "./." if text.rstrip(" ./;,\n\t") else f"{MISSING}./."


def _recipients(lines: Sequence[str]) -> Sequence[str]:
    """Write who receives it: each ends with ";", the last is the archive."""
    kept = [bare for line in lines if (bare := _bare(line).lstrip("- "))]
    kept = [line for line in kept if not line.casefold().startswith("lưu")]
    return (*(f"- {line};" for line in kept), "- Lưu: VT.")


def _signer(title: str, *, by_deputy: bool) -> Sequence[str]:
    upper = title.upper()
    return (f"KT. {upper}", f"PHÓ {upper}") if by_deputy else (upper,)


def _line(text: str) -> str:
    return " ".join(nfc(text).split()) or MISSING


def _bare(text: str) -> str:
    return " ".join(nfc(text).split()).rstrip(" ;.,")

"""The same document as DOCX, for offices that sign from their word processor."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime

from docx import Document
from docx.document import Document as Docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt
from docx.table import _Cell

from vendors.rules.sheets import MOTTO, NATION, Sheet

_CENTRE, _BOTH = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY
FACE = "Times New Roman"


def docx_of(sheet: Sheet, *, code: str = "", address: str = "") -> bytes:
    """Write a document in the layout of the decree."""
    document = Document()
    _set_up(document)
    _head(document, sheet)
    _middle(document, [sheet.title, sheet.subject])
    if sheet.authority:
        _middle(document, [sheet.authority])
    for ground in sheet.grounds:
        paragraph = document.add_paragraph()
        paragraph.alignment = _BOTH
        paragraph.add_run(ground).italic = True
    if sheet.decides:
        _middle(document, [sheet.decides])
    for part in sheet.body:
        paragraph = document.add_paragraph()
        paragraph.alignment = _BOTH
        if part.lead:
            paragraph.add_run(f"{part.lead} ").bold = True
        paragraph.add_run(part.text)
        # The last words go with the signature, as in the PDF.
        paragraph.paragraph_format.keep_with_next = part is sheet.body[-1]
    _foot(document, sheet)
    if code:
        note = document.add_paragraph().add_run(f"Mã tra cứu: {code} - {address}")
        note.font.size = Pt(9)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _set_up(document: Docx) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(22)
    section.left_margin, section.right_margin = Mm(30), Mm(18)
    _number_pages(section)
    style = document.styles["Normal"]
    style.font.name, style.font.size = FACE, Pt(14)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FACE)
    made = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
    document.core_properties.author = ""
    document.core_properties.created = document.core_properties.modified = made


def _number_pages(section: Section) -> None:
    """Put the page number in the middle of the head, from the second page on, as the decree says."""
    section.different_first_page_header_footer = True
    paragraph = section.header.paragraphs[0]
    paragraph.alignment = _CENTRE
    run = paragraph.add_run()
    run.font.size = Pt(13)
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        part.text = text or None
        run._r.append(part)


def _head(document: Docx, sheet: Sheet) -> None:
    table = document.add_table(rows=2, cols=2)
    _fill(table.cell(0, 0), [(sheet.governing, 12, "")], [(sheet.issuing, 12, "b")])
    _fill(table.cell(0, 1), [(NATION, 12, "b")], [(MOTTO, 13, "b")])
    _fill(table.cell(1, 0), [(sheet.number, 13, "")])
    _fill(table.cell(1, 1), [(sheet.place_and_day, 13, "i")])


def _foot(document: Docx, sheet: Sheet) -> None:
    table = document.add_table(rows=1, cols=2)
    left = [[("Nơi nhận:", 12, "bi")], *([(line, 11, "")] for line in sheet.recipients)]
    _fill(table.cell(0, 0), *left, centred=False)
    signer = [[(line, 14, "b")] for line in sheet.signer]
    gap = [[("", 14, "")]] * 4
    _fill(table.cell(0, 1), *signer, *gap, [(sheet.signer_name, 14, "b")])
    cannot_split = OxmlElement("w:cantSplit")
    table.rows[0]._tr.get_or_add_trPr().append(cannot_split)


def _fill(cell: _Cell, *lines: Sequence[tuple[str, int, str]], centred: bool = True) -> None:
    for number, line in enumerate(lines):
        paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
        if centred:
            paragraph.alignment = _CENTRE
        for text, size, style in line:
            run = paragraph.add_run(text)
            run.font.size = Pt(size)
            run.bold, run.italic = "b" in style, "i" in style


def _middle(document: Docx, lines: Sequence[str]) -> None:
    for line in lines:
        paragraph = document.add_paragraph()
        paragraph.alignment = _CENTRE
        paragraph.add_run(line).bold = True

"""The step about papers: one card a line of the checklist."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass

from flask import flash, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict

from accounts import guards
from kernel import clock
from kernel.db import transaction
from kernel.errors import DomainError
from kernel.i18n import format_day
from kernel.messages import msg
from kernel.rules_table import rule
from kernel.storage import Storage
from kernel.web.answers import Answer, go, private_file
from kernel.web.forms import form_error, refusal_text
from kernel.web.pages import page, translate_label
from kernel.web.session import db, part
from vendors.errors import PaperRefused
from vendors.forms import PapersForm, ProofForm, day_in
from vendors.forms.resuming import keeps_typed, typed_before
from vendors.queries import Dossier, Line, PaperCard
from vendors.rules import DocumentKind, Need, Scheme
from vendors.services import applying, papers, proving, viewing
from vendors.services.certifying import Paperwork
from vendors.views.blueprint import blueprint
from vendors.views.dossiers import open_dossier, standing_now


@dataclass(frozen=True)
class Held:
    """A paper or certificate that a card shows, with its addresses if it is kept."""

    name: str
    detail: str = ""
    href: str = ""
    remove: str = ""


@dataclass(frozen=True)
class Card:
    """One line of the checklist with the forms that answer it; None for other papers."""

    line: Line | None
    papers: PapersForm | None
    proof: ProofForm | None
    held: Sequence[Held]

    @property
    def key(self) -> str:
        """Key of the line; empty for other papers."""
        return self.line.need.key if self.line else ""

    @property
    def papers_wrong(self) -> bool:
        """Tell whether papers were sent from here and refused."""
        return self.papers is not None and bool(self.papers.errors or self.papers.problem)

    @property
    def proof_wrong(self) -> bool:
        """Tell whether a certificate was sent from here and has to be looked at again."""
        sent = self.proof is not None and bool(self.proof.number.data)
        return sent or (self.proof is not None and bool(self.proof.errors or self.proof.problem))

    @property
    def wrong(self) -> bool:
        """Tell whether something on this card has to be looked at again."""
        return self.papers_wrong or self.proof_wrong


@blueprint.get("/apply/<vendor_id>/papers")
@guards.member("owner")
def show_papers(vendor_id: str) -> Answer:
    """Ask for papers and certificates, line by line."""
    typed = typed_before()
    form: FlaskForm | None = None
    if typed is not None:
        form = ProofForm(typed) if "number" in typed else PapersForm(typed)
    return _papers_page(form, vendor_id)


@blueprint.post("/apply/<vendor_id>/papers")
@keeps_typed
@guards.member("owner")
def add_papers(vendor_id: str) -> Answer:
    """Take papers in: judged and stored first, then written into the dossier."""
    form = PapersForm()
    storage = part(Storage)
    kept: list[applying.Paper] = []
    try:
        if not form.validate():
            return _papers_page(form, vendor_id), 422
        contents, refusals = judge_uploads(form)
        kept = _kept(form, contents, vendor_id, storage)
        with transaction(db()) as work:
            known = applying.add_papers(
                work, vendor_id, papers=kept, actor=guards.current_actor(), now=clock.now()
            )
    except DomainError as refusal:
        _forget(storage, kept)
        form_error(form, refusal)
        return _papers_page(form, vendor_id), refusal.status
    _forget(storage, known)
    if kept:
        flash(_saved(kept, known, refusals))
    for one in refusals:
        form_error(form, one)
    if refusals:
        return _papers_page(form, vendor_id), refusals[0].status
    return go(_line_address(vendor_id, form.requirement.data))


@blueprint.post("/apply/<vendor_id>/papers/certificate")
@keeps_typed
@guards.member("owner")
def add_proof(vendor_id: str) -> Answer:
    """Enter a certificate that proves a line."""
    form = ProofForm()
    if not form.validate():
        return _papers_page(form, vendor_id), 422
    try:
        with transaction(db()) as work:
            proving.add_proof(
                work,
                vendor_id,
                paperwork=paperwork_of(form),
                actor=guards.current_actor(),
                now=clock.now(),
            )
    except DomainError as refusal:
        form_error(form, refusal)
        return _papers_page(form, vendor_id), refusal.status
    flash(_("Saved."))
    return go(_line_address(vendor_id, form.requirement.data))


@blueprint.post("/apply/<vendor_id>/proofs/<certificate_id>/remove")
@guards.member("owner")
def remove_proof(vendor_id: str, certificate_id: str) -> Answer:
    """Take a certificate out."""
    with transaction(db()) as work:
        proving.remove_proof(
            work,
            vendor_id,
            certificate_id=certificate_id,
            actor=guards.current_actor(),
            now=clock.now(),
        )
    return go(url_for("vendors.show_papers", vendor_id=vendor_id))


@blueprint.post("/apply/<vendor_id>/papers/<paper_id>/remove")
@guards.member("owner")
def remove_paper(vendor_id: str, paper_id: str) -> Answer:
    """Take a paper out."""
    with transaction(db()) as work:
        applying.remove_paper(
            work,
            vendor_id,
            paper_id=paper_id,
            forget=part(Storage).delete,
            actor=guards.current_actor(),
            now=clock.now(),
        )
    return go(url_for("vendors.show_papers", vendor_id=vendor_id))


@blueprint.get("/apply/<vendor_id>/papers/<paper_id>")
@guards.member()
def show_paper(vendor_id: str, paper_id: str) -> Answer:
    """Hand a paper back to those who brought it; of an identity card only to owners."""
    with transaction(db()) as work:
        paper = viewing.look_at_paper(
            work, paper_id, vendor_id=vendor_id, actor=guards.current_actor(), now=clock.now()
        )
    return private_file(paper.storage_key, media_type=paper.media_type, name=paper.file_name)


def paperwork_of(form: ProofForm) -> Paperwork:
    """Return what is printed on a certificate."""
    stars = form.stars.data or ""
    return Paperwork(
        scheme=Scheme(form.scheme.data),
        number=form.number.data or "",
        issuer=form.issuer.data or "",
        valid_from=day_in(form.valid_from),
        last_day=form.last_day.data,
        stars=int(stars) if stars else None,
    )


def cards_for(
    lines: Iterable[Line],
    sent: FlaskForm | None,
    held: Callable[[Need | None], Sequence[Held]],
) -> list[Card]:
    """Return a card for each line that a paper or certificate proves, and one for other papers.

    The form that was sent stands on its card with what is wrong beside its fields.
    """
    cards = [
        Card(line, _papers_form(line.need, sent), _proof_form(line.need, sent), held(line.need))
        for line in lines
        if line.need.papers or line.need.schemes
    ]
    return [*cards, Card(None, _papers_form(None, sent), None, held(None))]


def contents_of(form: PapersForm) -> list[tuple[str, papers.Content]]:
    """Return names and judged contents of what was uploaded.

    :raises PaperRefused: when a file cannot be kept.
    """
    contents, refusals = judge_uploads(form)
    if refusals:
        raise refusals[0]
    return contents


def judge_uploads(form: PapersForm) -> tuple[list[tuple[str, papers.Content]], list[PaperRefused]]:
    """Return names and contents of the files that can be kept, and why others cannot, by name."""
    most_bytes = most_mb() * 1024**2
    contents, refusals = [], []
    for file in form.file.data:
        name = file.filename or ""
        with closing(file):
            # One byte more than allowed is enough to know.
            data = file.read(most_bytes + 1)
        try:
            contents.append((name, papers.read_upload(data, most_bytes=most_bytes)))
        except PaperRefused as refusal:
            refusals.append(_naming(name, refusal))
    return contents, refusals


def most_mb() -> int:
    """Return how large a file may be."""
    return int(rule(db(), "upload.max_mb", on=clock.local_date(clock.now())).value)


def _papers_form(need: Need | None, sent: FlaskForm | None) -> PapersForm | None:
    if need is not None and not need.papers:
        return None
    key = need.key if need else ""
    mine = isinstance(sent, PapersForm) and (sent.requirement.data or "") == key
    form = sent if isinstance(sent, PapersForm) and mine else PapersForm(MultiDict())
    kinds = need.papers if need else DocumentKind
    return form.for_line(key, [kind for kind in DocumentKind if kind in kinds])


def _proof_form(need: Need, sent: FlaskForm | None) -> ProofForm | None:
    if not need.schemes:
        return None
    mine = isinstance(sent, ProofForm) and sent.requirement.data == need.key
    form = sent if isinstance(sent, ProofForm) and mine else ProofForm(MultiDict())
    return form.for_line(need.key, [scheme for scheme in Scheme if scheme in need.schemes])


def _naming(name: str, refusal: PaperRefused) -> PaperRefused:
    """Return a refusal that says which of several files it means."""
    short = "".join(letter for letter in name if letter.isprintable())[:80]
    why = refusal_text(refusal)
    return type(refusal)(msg("%(file)s: %(why)s"), field="file", file=short, why=why)


def _saved(
    kept: Sequence[applying.Paper],
    known: Sequence[applying.Paper],
    refusals: Sequence[PaperRefused],
) -> str:
    """Return what to say of the files that were taken."""
    if len(known) == len(kept):
        return str(_("This paper is here already: it is kept once."))
    return str(_("The other files are saved.") if refusals else _("Saved."))


def _kept(
    form: PapersForm,
    contents: Iterable[tuple[str, papers.Content]],
    vendor_id: str,
    storage: Storage,
) -> list[applying.Paper]:
    return [
        papers.keep_paper(
            storage,
            vendor_id,
            kind=DocumentKind(form.kind.data),
            file_name=name,
            content=content,
            requirement=form.requirement.data or "",
        )
        for name, content in contents
    ]


def _forget(storage: Storage, kept: Iterable[applying.Paper]) -> None:
    for paper in kept:
        storage.delete(paper.storage_key)


def _line_address(vendor_id: str, key: str | None) -> str:
    return url_for(
        "vendors.show_papers", vendor_id=vendor_id, _anchor=f"line-{key}" if key else None
    )


def _papers_page(sent: FlaskForm | None, vendor_id: str) -> str:
    dossier = open_dossier(vendor_id)
    standing = standing_now(dossier)
    return page(
        "vendors/steps/papers.html",
        step="papers",
        dossier=dossier,
        cards=cards_for(standing.lines, sent, lambda need: _held(dossier, standing.lines, need)),
        lines_open=standing.lines_open,
        needed=sum(not line.need.optional for line in standing.lines),
        most_mb=most_mb(),
    )


def _held(dossier: Dossier, lines: Iterable[Line], need: Need | None) -> list[Held]:
    """Return what the dossier holds for a need; for none, the papers that belong to no need."""
    needs = [line.need for line in lines]
    kept = [
        _held_paper(dossier.id, paper) for paper in dossier.papers if _belongs(paper, need, needs)
    ]
    if need is not None:
        kept += [
            Held(
                f"{translate_label(one.scheme)} {one.number}",
                one.issuer,
                remove=""
                if one.verified_at
                else url_for("vendors.remove_proof", vendor_id=dossier.id, certificate_id=one.id),
            )
            for one in dossier.certificates
            if one.scheme in need.schemes and one.withdrawn_at is None
        ]
    return kept


def _held_paper(vendor_id: str, paper: PaperCard) -> Held:
    """Return a paper as a card shows it; one that was erased can only be removed."""
    remove = url_for("vendors.remove_paper", vendor_id=vendor_id, paper_id=paper.id)
    if paper.erased_on is not None:
        erased = _("erased on %(day)s", day=format_day(paper.erased_on))
        return Held(translate_label(paper.kind), erased, remove=remove)
    href = url_for("vendors.show_paper", vendor_id=vendor_id, paper_id=paper.id)
    return Held(paper.file_name, translate_label(paper.kind), href, remove)


def _belongs(paper: PaperCard, need: Need | None, needs: Sequence[Need]) -> bool:
    """Tell whether a paper is shown with a need: the one it was handed in for, or any it proves."""
    if any(paper.requirement == one.key for one in needs):
        return need is not None and paper.requirement == need.key
    if need is not None:
        return paper.kind in need.papers
    return not any(paper.kind in one.papers for one in needs)

"""The office's documents about a vendor: write, number, hand out, take back signed, withdraw."""

from contextlib import closing

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from accounts import guards
from kernel import clock
from kernel.db import end_reading, transaction
from kernel.errors import DomainError, NotFound
from kernel.messages import msg
from kernel.rules_table import rule
from kernel.settings import Settings
from kernel.storage import Storage
from kernel.web.answers import Answer, go, private_file
from kernel.web.forms import form_error
from kernel.web.pages import page
from kernel.web.session import db, part
from vendors import queries
from vendors.desk.blueprint import approvers, blueprint, officers
from vendors.desk.keys import key_of
from vendors.desk.wording import prefilled
from vendors.errors import PaperTooLarge, SignatureRefused, StepDocumented
from vendors.forms.decisions import DocumentForm, SignedForm, WithdrawForm
from vendors.queries import decisions as reads
from vendors.rules.decisions import DecisionKind, kind_of_steps
from vendors.rules.sheets import Letterhead
from vendors.services.decisions import checking, drafting, signing
from vendors.services.decisions.keys import Key


@blueprint.get("/office/vendors/<vendor_id>/decisions")
@officers
def show_decisions(vendor_id: str) -> Answer:
    """List a dossier's documents, and offer the one its last step asks for."""
    dossier = _seen(vendor_id)
    return page(
        "vendors/decisions/list.html",
        dossier=dossier,
        documents=reads.decisions_of(db(), vendor_id),
        kinds=list(DecisionKind),
        fitting=kind_of_steps(step.action for step in dossier.steps),
    )


@blueprint.get("/office/vendors/<vendor_id>/decisions/new/<kind>")
@officers
def new_decision(vendor_id: str, kind: str) -> Answer:
    """Show a new document with the words of the last step in it."""
    chosen = _kind(kind)
    form = prefilled(_seen(vendor_id), chosen, guards.current_actor(), _settings().market_name)
    return page("vendors/decisions/write.html", form=form, vendor_id=vendor_id, kind=chosen)


@blueprint.post("/office/vendors/<vendor_id>/decisions/new/<kind>")
@officers
def draft_decision(vendor_id: str, kind: str) -> Answer:
    """Keep a new document as a draft."""
    form, chosen = DocumentForm(), _kind(kind)
    _seen(vendor_id)
    try:
        if not form.validate():
            return page(
                "vendors/decisions/write.html", form=form, vendor_id=vendor_id, kind=chosen
            ), 422
        with transaction(db()) as work:
            document_id = drafting.draft_decision(
                work,
                vendor_id,
                kind=chosen,
                text=_text(form),
                actor=guards.current_actor(),
                now=clock.now(),
            )
    except DomainError as refusal:
        form_error(form, refusal)
        shown = page("vendors/decisions/write.html", form=form, vendor_id=vendor_id, kind=chosen)
        return shown, refusal.status
    flash(_("Saved as a draft."))
    return _to(vendor_id, document_id)


@blueprint.get("/office/vendors/<vendor_id>/decisions/<document_id>")
@officers
def show_decision(vendor_id: str, document_id: str) -> Answer:
    """Show one document and what can be done with it."""
    return _page(vendor_id, document_id)


@blueprint.post("/office/vendors/<vendor_id>/decisions/<document_id>")
@officers
def edit_decision(vendor_id: str, document_id: str) -> Answer:
    """Change a draft."""
    form = DocumentForm()
    try:
        if not form.validate():
            return _page(vendor_id, document_id, form=form), 422
        with transaction(db()) as work:
            drafting.edit_decision(
                work,
                document_id,
                vendor_id=vendor_id,
                text=_text(form),
                seen_version=_version(),
                actor=guards.current_actor(),
                now=clock.now(),
            )
    except DomainError as refusal:
        form_error(form, refusal)
        return _page(vendor_id, document_id, form=form), refusal.status
    flash(_("Saved."))
    return _to(vendor_id, document_id)


@blueprint.post("/office/vendors/<vendor_id>/decisions/<document_id>/issue")
@approvers
def issue_decision(vendor_id: str, document_id: str) -> Answer:
    """Give a document its number, then set it."""
    try:
        with transaction(db()) as work:
            drafting.issue_decision(
                work,
                document_id,
                vendor_id=vendor_id,
                head=_head(),
                seen_version=_version(),
                actor=guards.current_actor(),
                now=clock.now(),
            )
    except StepDocumented as refusal:
        return _page(vendor_id, document_id, refusal=refusal), refusal.status
    _file(vendor_id, document_id)
    flash(_("The document has its number. It waits for the signature."))
    return _to(vendor_id, document_id)


@blueprint.post("/office/vendors/<vendor_id>/decisions/<document_id>/file")
@approvers
def file_decision(vendor_id: str, document_id: str) -> Answer:
    """Set a numbered document whose files were not made, because the machine stopped."""
    _file(vendor_id, document_id)
    return _to(vendor_id, document_id)


@blueprint.get("/office/vendors/<vendor_id>/decisions/<document_id>/<form>")
@officers
def download_decision(vendor_id: str, document_id: str, form: str) -> Answer:
    """Hand out a document: ``pdf``, ``docx`` or ``signed``."""
    document = _document(vendor_id, document_id)
    key = {"pdf": document.pdf_key, "docx": document.docx_key, "signed": document.signed_key}
    if not key.get(form):
        raise NotFound
    ending = "docx" if form == "docx" else "pdf"
    name = f"{document.symbol.replace('/', '-')}.{ending}"
    media_type = signing.DOCX if form == "docx" else signing.PDF
    return private_file(key[form], media_type=media_type, name=name)


@blueprint.post("/office/vendors/<vendor_id>/decisions/<document_id>/signed")
@approvers
def take_signed(vendor_id: str, document_id: str) -> Answer:
    """Take the signed PDF back, if it is what it must be."""
    form = SignedForm()
    _document(vendor_id, document_id)
    try:
        if not form.validate():
            return _page(vendor_id, document_id, signed=form), 422
        _sign(vendor_id, document_id, read_pdf(form.file.data))
    except DomainError as refusal:
        form_error(form, refusal)
        return _page(vendor_id, document_id, signed=form), refusal.status
    flash(_("The signature holds. The vendor can read the document now."))
    return _to(vendor_id, document_id)


@blueprint.post("/office/vendors/<vendor_id>/decisions/<document_id>/sign")
@approvers
def sign_here(vendor_id: str, document_id: str) -> Answer:
    """Sign with the key of this installation."""
    form = SignedForm(formdata=None)
    document = _document(vendor_id, document_id)
    try:
        issued, key = _issued(document), _key()
        end_reading(db())
        signed = signing.sign_here(issued, key=key)
        _sign(vendor_id, document_id, signed)
    except SignatureRefused as refusal:
        form_error(form, refusal)
        return _page(vendor_id, document_id, signed=form), refusal.status
    flash(_("The signature holds. The vendor can read the document now."))
    return _to(vendor_id, document_id)


@blueprint.post("/office/vendors/<vendor_id>/decisions/<document_id>/withdraw")
@approvers
def withdraw_decision(vendor_id: str, document_id: str) -> Answer:
    """Take a document back; its number stays taken."""
    form = WithdrawForm()
    try:
        if not form.validate():
            return _page(vendor_id, document_id, withdrawal=form), 422
        with transaction(db()) as work:
            drafting.withdraw_decision(
                work,
                document_id,
                vendor_id=vendor_id,
                reason=form.reason.data or "",
                actor=guards.current_actor(),
                now=clock.now(),
            )
    except DomainError as refusal:
        form_error(form, refusal)
        return _page(vendor_id, document_id, withdrawal=form), refusal.status
    flash(_("The document is withdrawn."))
    return _to(vendor_id, document_id)


def read_pdf(upload: FileStorage) -> bytes:
    """Read an upload up to the limit of uploads.

    :raises PaperTooLarge: above it.
    """
    most_mb = int(rule(db(), "upload.max_mb", on=clock.local_date(clock.now())).value)
    with closing(upload):
        data: bytes = upload.read(most_mb * 1024**2 + 1)
    if len(data) > most_mb * 1024**2:
        raise PaperTooLarge(field="file")
    return data


def _file(vendor_id: str, document_id: str) -> None:
    """Set, store and note a document's files."""
    document = _document(vendor_id, document_id)
    address = f"{_settings().public_url}/verify/{document.lookup_code}"
    pdf, docx = signing.typeset(
        document.facts, document.head, code=document.lookup_code, address=address
    )
    storage = part(Storage)
    files = [
        signing.keep_file(storage, document_id, pdf, signing.PDF),
        signing.keep_file(storage, document_id, docx, signing.DOCX),
    ]
    with transaction(db()) as work:
        signing.file_decision(
            work,
            document_id,
            vendor_id=vendor_id,
            pdf=files[0],
            docx=files[1],
            actor=guards.current_actor(),
            now=clock.now(),
        )


def _sign(vendor_id: str, document_id: str, data: bytes) -> None:
    """Check a signed PDF, store it and note it."""
    document, settings, now = _document(vendor_id, document_id), _settings(), clock.now()
    issued = _issued(document)
    trust = checking.read_trust(settings.signing_roots, ask_revocation=settings.signing_revocation)
    storage = part(Storage)
    end_reading(db())
    found = checking.check_signed(data, issued=issued, trust=trust, now=now)
    file = signing.keep_file(storage, document_id, data, signing.PDF)
    with transaction(db()) as work:
        signing.sign_decision(
            work,
            document_id,
            vendor_id=vendor_id,
            issued_sha256=document.pdf_sha256,
            signed=(file, found),
            actor=guards.current_actor(),
            now=now,
        )


def _key() -> Key:
    """Return the key of this installation.

    :raises SignatureRefused: when it has none.
    """
    key = key_of(_settings())
    if key is None:
        raise SignatureRefused(msg("This installation holds no key: sign the PDF outside."))
    return key


def _issued(document: reads.DecisionView) -> bytes:
    """Return the PDF that was issued.

    :raises SignatureRefused: when it was not made yet.
    """
    try:
        if document.pdf_key:
            return part(Storage).get(document.pdf_key)
    except KeyError:
        pass
    raise SignatureRefused(msg("The document has no PDF to sign yet."))


def _page(
    vendor_id: str,
    document_id: str,
    *,
    form: DocumentForm | None = None,
    signed: SignedForm | None = None,
    withdrawal: WithdrawForm | None = None,
    refusal: DomainError | None = None,
) -> str:
    document = _document(vendor_id, document_id)
    facts = document.facts
    shown = form or DocumentForm(formdata=None, obj=facts)
    if form is None:
        shown.grounds.data, shown.articles.data, shown.recipients.data = (
            "\n".join(facts.grounds),
            "\n\n".join(facts.articles),
            "\n".join(facts.recipients),
        )
    if refusal is not None:
        form_error(shown, refusal)
    return page(
        "vendors/decisions/one.html",
        document=document,
        vendor_id=vendor_id,
        form=shown,
        signed=signed or SignedForm(formdata=None),
        withdrawal=withdrawal or WithdrawForm(formdata=None),
        may_sign=guards.current_actor().has("approver")
        and vendor_id not in guards.current_actor().memberships,
        has_key=key_of(_settings()) is not None,
    )


def _seen(vendor_id: str) -> queries.Dossier:
    dossier = queries.dossier(db(), vendor_id)
    if dossier is None or dossier.submitted_at is None:
        raise NotFound
    return dossier


def _document(vendor_id: str, document_id: str) -> reads.DecisionView:
    document = reads.decision(db(), document_id, vendor_id=vendor_id)
    if document is None:
        raise NotFound
    return document


def _kind(value: str) -> DecisionKind:
    try:
        return DecisionKind(value)
    except ValueError:
        raise NotFound from None


def _text(form: DocumentForm) -> drafting.Text:
    paragraphs = (form.articles.data or "").replace("\r\n", "\n").split("\n\n")
    return drafting.Text(
        subject=form.subject.data or "",
        grounds=[line for line in (form.grounds.data or "").splitlines() if line.strip()],
        articles=[text.strip() for text in paragraphs if text.strip()],
        recipients=[line for line in (form.recipients.data or "").splitlines() if line.strip()],
        signer_name=form.signer_name.data or "",
        by_deputy=bool(form.by_deputy.data),
    )


def _version() -> int | None:
    seen = request.form.get("version", "")
    return int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 12 else None


def _head() -> Letterhead:
    settings = _settings()
    return Letterhead(
        governing=settings.market_office_governing,
        issuing=settings.market_office_short,
        code=settings.market_office_code,
        place=settings.market_office_place,
        signer_title=settings.market_office_head,
    )


def _settings() -> Settings:
    return part(Settings)


def _to(vendor_id: str, document_id: str) -> Answer:
    return go(url_for("vendors_desk.show_decision", vendor_id=vendor_id, document_id=document_id))

"""A vendor's signed documents, and the page where anybody checks one."""

import hashlib
from contextlib import closing

from flask import request, url_for

from accounts import guards
from kernel import clock
from kernel.errors import NotFound
from kernel.rules_table import rule
from kernel.web.answers import Answer, go, private_file
from kernel.web.pages import page
from kernel.web.session import db
from vendors.forms.decisions import CompareForm
from vendors.queries import decisions as reads
from vendors.rules.decisions import DecisionState
from vendors.views.blueprint import blueprint


@blueprint.get("/apply/<vendor_id>/decisions")
@guards.member()
def show_own_decisions(vendor_id: str) -> Answer:
    """List the signed documents about one's own vendor."""
    documents = reads.decisions_of(db(), vendor_id, only_signed=True)
    return page("vendors/decisions/own.html", documents=documents, vendor_id=vendor_id)


@blueprint.get("/apply/<vendor_id>/decisions/<document_id>")
@guards.member()
def download_own_decision(vendor_id: str, document_id: str) -> Answer:
    """Hand out a signed document about one's own vendor."""
    document = reads.decision(db(), document_id, vendor_id=vendor_id)
    if document is None or document.state is not DecisionState.SIGNED:
        raise NotFound
    name = f"{document.symbol.replace('/', '-')}.pdf"
    return private_file(document.signed_key, media_type="application/pdf", name=name)


@blueprint.get("/verify")
@guards.public
def show_verify() -> Answer:
    """Ask for a number or code, and lead to its document."""
    asked = request.args.get("q", "").strip()[:40]
    if asked and _public(asked) is not None:
        return go(url_for("vendors.show_verified", code=_code(asked)))
    found = reads.decisions_of_symbol(db(), asked) if asked else []
    if len(found) == 1:
        return go(url_for("vendors.show_verified", code=found[0].lookup_code))
    return page("vendors/decisions/verify.html", asked=asked, found=found)


@blueprint.get("/verify/<code>")
@guards.public
def show_verified(code: str) -> Answer:
    """Show what a document is and whether it counts; nothing personal."""
    return _verified(code, CompareForm(), "")


@blueprint.post("/verify/<code>")
@guards.public
def compare_pdf(code: str) -> Answer:
    """Compare a PDF with the document by its digest; the file is not kept."""
    form = CompareForm()
    document = _public(code)
    if document is None:
        raise NotFound
    if not form.validate():
        return _verified(code, form, ""), 422
    digest = _digest(form)
    if digest == document.signed_sha256:
        return _verified(code, form, "signed")
    return _verified(code, form, "issued" if digest == document.pdf_sha256 else "other")


def _digest(form: CompareForm) -> str:
    most_mb = int(rule(db(), "upload.max_mb", on=clock.local_date(clock.now())).value)
    with closing(form.file.data) as file:
        return hashlib.sha256(file.read(most_mb * 1024**2 + 1)).hexdigest()


def _verified(code: str, form: CompareForm, compared: str) -> str:
    document = _public(code)
    if document is None:
        raise NotFound
    return page("vendors/decisions/verified.html", document=document, form=form, compared=compared)


def _public(code: str) -> reads.DecisionView | None:
    return reads.public_decision(db(), _code(code))


def _code(text: str) -> str:
    """Return a code as it is stored: people type small letters, spaces and O for nought."""
    return text.upper().replace(" ", "").replace("O", "0").replace("I", "1").replace("L", "1")[:12]

"""A numbered document becomes files; the signed file comes back, or is signed here."""

import hashlib
import io
from dataclasses import dataclass
from datetime import datetime

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from sqlalchemy.orm import Session

from kernel.actor import Actor
from kernel.errors import Conflict
from kernel.storage import Storage
from vendors.models import DecisionDocument, Vendor
from vendors.rules.decisions import DecisionState, after_decision, symbol
from vendors.rules.sheets import Facts, Letterhead, compose
from vendors.services.decisions.apart import apart
from vendors.services.decisions.checking import Signed
from vendors.services.decisions.drafting import locked_document, need_signing_officer, note
from vendors.services.decisions.keys import Key, opened
from vendors.services.decisions.typeset import pdf_of
from vendors.services.decisions.word import docx_of
from vendors.services.steps import tell

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True)
class File:
    """A stored file and the SHA-256 of its bytes."""

    key: str
    sha256: str


def typeset(facts: Facts, head: Letterhead, *, code: str, address: str) -> tuple[bytes, bytes]:
    """Return a document as PDF and as DOCX; call it outside of a transaction."""
    sheet = compose(facts, head)
    return (
        pdf_of(sheet, code=code, address=address),
        docx_of(sheet, code=code, address=address),
    )


def keep_file(storage: Storage, document_id: str, data: bytes, media_type: str) -> File:
    """Store a file under its digest; call it outside of a transaction."""
    digest = hashlib.sha256(data).hexdigest()
    ending = "pdf" if media_type == PDF else "docx"
    key = f"private/decisions/{document_id}/{digest[:32]}.{ending}"
    storage.put(key, data, media_type)
    return File(key, digest)


def file_decision(
    session: Session,
    document_id: str,
    *,
    vendor_id: str,
    pdf: File,
    docx: File,
    actor: Actor,
    now: datetime,
) -> None:
    """Note where the files of a numbered document lie; those it has already are kept.

    :raises Conflict: when it has no number or is signed.
    """
    need_signing_officer(actor, vendor_id)
    document = locked_document(session, document_id, vendor_id=vendor_id)
    document.state = after_decision(document.state, "file")
    if document.pdf_key:
        return
    document.pdf_key, document.pdf_sha256 = pdf.key, pdf.sha256
    document.docx_key, document.docx_sha256 = docx.key, docx.sha256
    session.flush()
    note(session, document, "file", actor=actor, now=now, pdf_sha256=pdf.sha256)


def sign_decision(
    session: Session,
    document_id: str,
    *,
    vendor_id: str,
    issued_sha256: str,
    signed: tuple[File, Signed],
    actor: Actor,
    now: datetime,
) -> None:
    """Take a checked, signed PDF as the document, and write to the vendor.

    :raises Conflict: when it is signed or withdrawn, or its files changed since the check.
    """
    need_signing_officer(actor, vendor_id)
    document = locked_document(session, document_id, vendor_id=vendor_id)
    if not issued_sha256 or document.pdf_sha256 != issued_sha256:
        raise Conflict
    document.state = after_decision(document.state, "sign")
    file, found = signed
    document.signed_key, document.signed_sha256 = file.key, file.sha256
    document.signed_by, document.signed_at = found.signer, found.signed_at
    document.chain_checked, document.revocation = found.chain_checked, found.revocation
    session.flush()
    note(
        session,
        document,
        "sign",
        actor=actor,
        now=now,
        signed_sha256=file.sha256,
        signer=found.signer,
        chain_checked=found.chain_checked,
        revocation=found.revocation.value,
    )
    _tell_vendor(session, document, now)


def _tell_vendor(session: Session, document: DecisionDocument, now: datetime) -> None:
    """Write to the vendor where its document lies, and where anybody checks it."""
    tell(
        session,
        session.get_one(Vendor, document.vendor_id),
        template="vendors/decision_signed",
        now=now,
        symbol=symbol(document.number, document.type_code, document.office_code),
        subject=document.subject,
        code=document.lookup_code,
    )


def sign_here(issued: bytes, *, key: Key) -> bytes:
    """Return the issued PDF, signed with the office's key; call it outside of a transaction.

    :raises SignatureRefused: when the key cannot be used.
    """
    meta = signers.PdfSignatureMetadata(field_name="Signature1", md_algorithm="sha256")
    writer = IncrementalPdfFileWriter(io.BytesIO(issued))

    def sign() -> bytes:
        with opened(key) as signer:
            return bytes(signers.sign_pdf(writer, meta, signer=signer).getbuffer())

    return apart(sign)


SIGNABLE = frozenset({DecisionState.NUMBERED})
"""States in which a signature is awaited."""

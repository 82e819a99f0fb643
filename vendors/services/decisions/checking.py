"""What a digital signature is worth: intact, over the whole document, whose, when, trusted by whom."""

import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from asn1crypto import x509
from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from kernel.messages import msg
from vendors.errors import SignatureRefused
from vendors.rules.decisions import Revocation
from vendors.services.decisions.apart import apart
from vendors.services.decisions.changes import only_signatures
from vendors.services.decisions.revoking import ask_authorities

# What is wrong with a stranger's file is said to the person, not to the log.
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Trust:
    """To whom a chain must lead (nobody: it is not checked), and whether to ask for revocation."""

    roots: Sequence[x509.Certificate] = ()
    ask_revocation: bool = False


@dataclass(frozen=True)
class Signed:
    """What was found; ``chain_checked`` is None when no roots are configured."""

    signer: str
    signed_at: datetime | None
    chain_checked: bool | None
    revocation: Revocation = Revocation.NOT_ASKED


def read_trust(folder: str, *, ask_revocation: bool = False) -> Trust:
    """Read the PEM files of a folder; an empty name stands for no roots."""
    files = sorted(str(path) for path in Path(folder).glob("*.pem")) if folder else []
    certificates = load_certs_from_pemder(files)  # type: ignore[no-untyped-call]
    return Trust(tuple(certificates), ask_revocation)


def check_signed(data: bytes, *, issued: bytes, trust: Trust, now: datetime) -> Signed:
    """Return what the signatures of a PDF say, if it is the issued one with nothing but them.

    May ask authorities over the network: call it outside of a transaction.

    :raises SignatureRefused: saying why, for any other file.
    """
    if data == issued:
        raise SignatureRefused(msg("This PDF carries no signature."), field="file")
    if not data.startswith(issued):
        raise SignatureRefused(
            msg("This is not the document that was issued here, or it was changed."), field="file"
        )
    try:
        statuses = _statuses(data, trust, now)
        _need_only_signatures(data)
    except SignatureRefused:
        raise
    except Exception as error:
        raise SignatureRefused(
            msg("The signature in this PDF is damaged or cannot be read."), field="file"
        ) from error
    for status in statuses:
        _need_sound(status, trust)
    found = _found(statuses[-1], trust)
    if not (trust.roots and trust.ask_revocation):
        return found
    # Asked last: a stranger's certificate must not make us call an address it names.
    return replace(found, revocation=ask_authorities(data, trust.roots))


def _statuses(data: bytes, trust: Trust, now: datetime) -> Sequence[PdfSignatureStatus]:
    signatures = PdfFileReader(io.BytesIO(data)).embedded_regular_signatures
    if not signatures:
        raise SignatureRefused(msg("This PDF carries no signature."), field="file")
    return apart(
        lambda: [validate_pdf_signature(each, _context(trust, now)) for each in signatures]
    )


def _context(trust: Trust, now: datetime) -> ValidationContext:
    return ValidationContext(allow_fetching=False, moment=now, trust_roots=list(trust.roots))


def _need_only_signatures(data: bytes) -> None:
    """Refuse words changed between the issue and the first signature."""
    if not only_signatures(data):
        raise SignatureRefused(
            msg("The document was changed before or after it was signed."), field="file"
        )


def _need_sound(status: PdfSignatureStatus, trust: Trust) -> None:
    if not (status.intact and status.valid):
        raise SignatureRefused(msg("The signature does not fit the document."), field="file")
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    later = status.coverage == SignatureCoverageLevel.ENTIRE_REVISION
    if not whole and not (later and status.docmdp_ok):
        raise SignatureRefused(
            msg("The signature does not cover the whole document."), field="file"
        )
    if trust.roots and not status.trusted:
        raise SignatureRefused(
            msg("The certificate of the signer does not lead to an authority trusted here."),
            field="file",
        )


def _found(status: PdfSignatureStatus, trust: Trust) -> Signed:
    if status.coverage != SignatureCoverageLevel.ENTIRE_FILE:
        raise SignatureRefused(
            msg("The signature does not cover the whole document."), field="file"
        )
    subject = status.signing_cert.subject.native
    name = subject.get("common_name") or status.signing_cert.subject.human_friendly
    return Signed(
        signer=str(name[0] if isinstance(name, list) else name)[:200],
        signed_at=status.signer_reported_dt,
        chain_checked=bool(status.trusted) if trust.roots else None,
    )

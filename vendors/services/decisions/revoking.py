"""Whether the authorities still stand behind the certificates of a signature."""

import io
from collections.abc import Sequence

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.fetchers.requests_fetchers import RequestsFetcherBackend

from kernel.clock import local_date
from kernel.i18n import format_day
from kernel.messages import msg
from vendors.errors import SignatureRefused
from vendors.rules.decisions import Revocation
from vendors.services.decisions.apart import apart

SECONDS = 5
"""How long one authority is waited for."""


def ask_authorities(data: bytes, roots: Sequence[x509.Certificate]) -> Revocation:
    """Ask whether a certificate of a sound, trusted signature was revoked, by OCSP or CRL.

    Each certificate below the root must be answered for. It is asked as of now: what held
    at a moment in the past could not be fetched.

    :raises SignatureRefused: when one was revoked.
    """
    statuses = apart(lambda: _asked(data, roots))
    for status in statuses:
        if status.revocation_details is not None:
            raise SignatureRefused(
                msg("The certificate of the signer was revoked on %(day)s."),
                field="file",
                day=format_day(local_date(status.revocation_details.revocation_date)),
            )
    known = all(status.trusted for status in statuses)
    return Revocation.GOOD if known else Revocation.UNREACHABLE


def _asked(data: bytes, roots: Sequence[x509.Certificate]) -> list[PdfSignatureStatus]:
    signatures = PdfFileReader(io.BytesIO(data)).embedded_regular_signatures
    return [validate_pdf_signature(signature, _context(roots)) for signature in signatures]


def _context(roots: Sequence[x509.Certificate]) -> ValidationContext:
    return ValidationContext(
        trust_roots=list(roots),
        allow_fetching=True,
        revocation_mode="require",
        fetcher_backend=RequestsFetcherBackend(per_request_timeout=SECONDS),
    )

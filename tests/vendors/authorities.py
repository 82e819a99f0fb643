"""An authority that answers on this machine: certificates with places to ask, CRL and OCSP."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from cryptography import x509 as cx
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from tests.vendors.signatures import Authority

REVOKED_AT = datetime(2026, 3, 4, 5, 0, tzinfo=UTC)
DER = serialization.Encoding.DER


@dataclass
class Answering(Authority):
    """A chain whose certificates say where to ask: the leaf by OCSP or CRL, the other by CRL."""

    address: str = ""
    by_ocsp: bool = False
    revoked: set[str] = field(default_factory=set)

    def places(self, which: str) -> list[cx.ExtensionType]:
        """Return the extensions of a certificate that name whom to ask."""
        if which == "leaf" and self.by_ocsp:
            where = cx.UniformResourceIdentifier(f"{self.address}/ocsp")
            access = cx.AccessDescription(AuthorityInformationAccessOID.OCSP, where)
            return [cx.AuthorityInformationAccess([access])]
        where = cx.UniformResourceIdentifier(f"{self.address}/{which}.crl")
        return [cx.CRLDistributionPoints([cx.DistributionPoint([where], None, None, None)])]

    def crl(self, which: str) -> bytes:
        """Return the list that says of the leaf or the middle whether it was revoked."""
        issuer, key, subject = {
            "leaf": (self.middle, self.middle_key, self.leaf),
            "middle": (self.root, self.root_key, self.middle),
        }[which]
        today = datetime.now(UTC)
        builder = (
            cx.CertificateRevocationListBuilder()
            .issuer_name(issuer.subject)
            .last_update(today - timedelta(hours=1))
            .next_update(today + timedelta(days=1))
        )
        if which in self.revoked:
            line = cx.RevokedCertificateBuilder().serial_number(subject.serial_number)
            builder = builder.add_revoked_certificate(line.revocation_date(REVOKED_AT).build())
        return builder.sign(key, hashes.SHA256()).public_bytes(DER)

    def ocsp(self, asked: bytes) -> bytes:
        """Answer for the leaf."""
        assert ocsp.load_der_ocsp_request(asked).serial_number == self.leaf.serial_number
        today, is_revoked = datetime.now(UTC), "leaf" in self.revoked
        status = ocsp.OCSPCertStatus.REVOKED if is_revoked else ocsp.OCSPCertStatus.GOOD
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=self.leaf,
            issuer=self.middle,
            algorithm=hashes.SHA1(),
            cert_status=status,
            this_update=today - timedelta(hours=1),
            next_update=today + timedelta(days=1),
            revocation_time=REVOKED_AT if is_revoked else None,
            revocation_reason=None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.NAME, self.middle)
        return builder.sign(self.middle_key, hashes.SHA256()).public_bytes(DER)


class _Desk(BaseHTTPRequestHandler):
    authority: ClassVar[Answering]
    watch: ClassVar[Callable[[], None]]

    def do_GET(self) -> None:
        self._answer(self.authority.crl(self.path[1:].removesuffix(".crl")))

    def do_POST(self) -> None:
        self._answer(self.authority.ocsp(self.rfile.read(int(self.headers["Content-Length"]))))

    def _answer(self, body: bytes) -> None:
        type(self).watch()
        kind = "ocsp-response" if self.path == "/ocsp" else "pkix-crl"
        self.send_response(200)
        self.send_header("Content-Type", f"application/{kind}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def answering(*, watch: Callable[[], None] = lambda: None, **wishes: object) -> Iterator[Answering]:
    """Run an authority on a port of this machine; ``watch`` is called at each question."""
    desk = type("Desk", (_Desk,), {"watch": staticmethod(watch)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), desk)
    authority = Answering(address=f"http://127.0.0.1:{server.server_port}", **wishes)
    desk.authority = authority
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield authority
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

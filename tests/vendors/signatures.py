"""An authority, an intermediate and an official with a key; and a document to sign."""

import io
from dataclasses import dataclass
from datetime import UTC, date, datetime

from asn1crypto import keys, x509
from cryptography import x509 as cx
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from vendors.rules.decisions import DecisionKind
from vendors.rules.sheets import Facts, Letterhead
from vendors.services.decisions.apart import apart

HEAD = Letterhead("UBND thành phố Hải Phòng", "Sở Công Thương", "SCT", "Hải Phòng", "Giám đốc")
FACTS = Facts(
    DecisionKind.RECOGNITION,
    subject="Về việc công nhận gian hàng HTX Đức Chính",
    grounds=["Luật Thương mại điện tử 122/2025/QH15", "Hồ sơ đăng ký gian hàng"],
    articles=["Công nhận gian hàng.", "Quyết định có hiệu lực từ ngày ký."],
    recipients=["Như Điều 2"],
    number=5,
    day=date(2026, 2, 5),
    signer_name="Phạm Văn Hùng",
)


def _certificate(name, key, issuer, issuer_key, *, authority, more=()):
    usage = dict.fromkeys(
        (
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    builder = (
        cx.CertificateBuilder()
        .subject_name(cx.Name([cx.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(cx.Name([cx.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(cx.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2040, 1, 1, tzinfo=UTC))
        .add_extension(cx.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(
            cx.KeyUsage(
                digital_signature=not authority,
                content_commitment=not authority,
                key_cert_sign=authority,
                crl_sign=authority,
                **usage,
            ),
            critical=True,
        )
    )
    for extension in more:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


@dataclass
class Authority:
    """A chain of three, and what it signs."""

    name: str = "CA"

    def __post_init__(self):
        root, middle, self.key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
        self.root_key, self.middle_key = root, middle
        top, mid, who = f"{self.name} gốc", f"{self.name} trung gian", "Phạm Văn Hùng"
        self.root = _certificate(top, root, top, root, authority=True)
        places = self.places("middle"), self.places("leaf")
        self.middle = _certificate(mid, middle, top, root, authority=True, more=places[0])
        self.leaf = _certificate(who, self.key, mid, middle, authority=False, more=places[1])

    def places(self, which):
        """Return the extensions that say where to ask about a certificate: nowhere."""
        del which
        return []

    def pem(self):
        return self.root.public_bytes(serialization.Encoding.PEM)

    def p12(self, password):
        locked = serialization.BestAvailableEncryption(password)
        return pkcs12.serialize_key_and_certificates(
            b"office", self.key, self.leaf, [self.middle, self.root], locked
        )

    def signer(self):
        def plain(certificate):
            return x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))

        store = SimpleCertificateStore()
        store.register_multiple([plain(self.middle), plain(self.root)])
        raw = self.key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return signers.SimpleSigner(
            signing_cert=plain(self.leaf),
            signing_key=keys.PrivateKeyInfo.load(raw),
            cert_registry=store,
        )

    def sign(self, data, field="Signature1"):
        meta = signers.PdfSignatureMetadata(field_name=field, md_algorithm="sha256")
        writer = IncrementalPdfFileWriter(io.BytesIO(data))
        return apart(lambda: signers.sign_pdf(writer, meta, signer=self.signer())).getvalue()

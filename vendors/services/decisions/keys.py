"""The key with which the office signs here: in a file (PKCS#12) or in a device (PKCS#11)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pkcs11 import Mechanism, PKCS11Error, Session
from pyhanko.config.pkcs11 import TokenCriteria
from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session
from pyhanko.sign.signers import Signer, SimpleSigner

from kernel.messages import msg
from vendors.errors import SignatureRefused


@dataclass(frozen=True)
class KeyFile:
    """A PKCS#12 file of the office and its password."""

    path: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class KeyDevice:
    """A token behind a PKCS#11 library; key and certificate have the same label on it."""

    module: str
    token: str
    label: str
    pin: str = field(repr=False)


Key = KeyFile | KeyDevice


@contextmanager
def opened(key: Key) -> Iterator[Signer]:
    """Open a key for one signature.

    :raises SignatureRefused: when file, device, labels or password are wrong.
    """
    if isinstance(key, KeyFile):
        yield _in_file(key)
        return
    try:
        with open_pkcs11_session(
            key.module,
            token_criteria=TokenCriteria(label=key.token),
            user_pin=key.pin or None,
        ) as session:
            yield _in_device(session, key.label)
    except (PKCS11Error, LookupError, OSError, RuntimeError) as error:
        raise SignatureRefused(msg("The signing device of the office cannot be used.")) from error


def _in_device(session: Session, label: str) -> Signer:
    # Whatever certificates lie on the token may be needed for the chain.
    signer = PKCS11Signer(session, cert_label=label, other_certs_to_pull=None)
    is_curve = signer.signing_cert.public_key.algorithm == "ec"
    # Many devices sign on a curve only what was hashed outside.
    hashes_itself = Mechanism.ECDSA_SHA256 in session.token.slot.get_mechanisms()
    signer.use_raw_mechanism = is_curve and not hashes_itself
    return signer


def _in_file(key: KeyFile) -> Signer:
    signer = SimpleSigner.load_pkcs12(  # type: ignore[no-untyped-call]
        key.path, passphrase=key.password.encode() if key.password else None
    )
    if signer is None:
        raise SignatureRefused(msg("The key file of the office cannot be opened."))
    return signer  # type: ignore[no-any-return]

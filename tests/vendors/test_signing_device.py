"""A key that never leaves its device signs as well as one in a file."""

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from tests.vendors.signatures import Authority
from tests.vendors.test_decision_signing import ISSUED, NOW
from vendors.desk.keys import key_of
from vendors.errors import SignatureRefused
from vendors.services.decisions.apart import apart
from vendors.services.decisions.checking import check_signed, read_trust
from vendors.services.decisions.keys import KeyDevice, KeyFile
from vendors.services.decisions.signing import sign_here

MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so")
MODULE = next((path for path in MODULES if Path(path).exists()), None)
PIN = "1234"

pytestmark = pytest.mark.skipif(
    MODULE is None or shutil.which("softhsm2-util") is None,
    reason="SoftHSM is not installed: signing with a key in a device cannot be tried",
)


@pytest.fixture(scope="module")
def authority():
    return Authority("CA Thiết bị")


@pytest.fixture(scope="module")
def device(tmp_path_factory, authority):
    """A token with a key and the certificates of its chain."""
    folder = tmp_path_factory.mktemp("hsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\n")
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    (folder / "key.pem").write_bytes(
        authority.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    util("--init-token", "--free", "--label", "SCT", "--so-pin", PIN)
    util("--import", str(folder / "key.pem"), "--token", "SCT", "--label", "office", "--id", "01")
    apart(lambda: put_certificates(authority))
    yield KeyDevice(MODULE, "SCT", "office", PIN)
    os.environ.pop("SOFTHSM2_CONF")
    if before is not None:
        os.environ["SOFTHSM2_CONF"] = before


def util(*words):
    subprocess.run(["softhsm2-util", *words, "--pin", PIN], check=True, capture_output=True)


def put_certificates(authority):
    import pkcs11
    from pkcs11 import Attribute
    from pkcs11.util.x509 import decode_x509_certificate

    token = pkcs11.lib(MODULE).get_token(token_label="SCT")
    chain = {"office": authority.leaf, "middle": authority.middle, "root": authority.root}
    with token.open(rw=True, user_pin=PIN) as session:
        for label, certificate in chain.items():
            values = decode_x509_certificate(certificate.public_bytes(serialization.Encoding.DER))
            session.create_object(values | {Attribute.LABEL: label, Attribute.TOKEN: True})


def test_the_device_signs_with_its_whole_chain(device, authority, tmp_path):
    (tmp_path / "root.pem").write_bytes(authority.pem())
    signed = sign_here(ISSUED, key=device)
    found = check_signed(signed, issued=ISSUED, trust=read_trust(str(tmp_path)), now=NOW)
    assert (found.signer, found.chain_checked) == ("Phạm Văn Hùng", True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"pin": "0000"},
        {"token": "another"},
        {"label": "nobody"},
        {"module": "/lib/no-such.so"},
        {"module": __file__},
    ],
)
def test_what_cannot_be_used_is_refused_in_words(device, wrong):
    with pytest.raises(SignatureRefused, match="signing device"):
        sign_here(ISSUED, key=replace(device, **wrong))


def test_the_device_signs_again_after_a_refusal(device):
    with pytest.raises(SignatureRefused):
        sign_here(ISSUED, key=replace(device, pin="0000"))
    assert sign_here(ISSUED, key=device).startswith(ISSUED)


def test_the_settings_name_file_or_device(settings, device):
    assert key_of(settings) is None
    assert key_of(replace(settings, signing_p12="a.p12")) == KeyFile("a.p12", "")
    named = {
        "signing_pkcs11_module": device.module,
        "signing_pkcs11_token": "SCT",
        "signing_pkcs11_label": "office",
        "signing_pkcs11_pin": PIN,
    }
    assert key_of(replace(settings, **named)) == device
    assert PIN not in repr(device)

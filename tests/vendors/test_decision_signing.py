"""A signed PDF is taken only when it is ours, whole, intact and of whom we trust."""

import io
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.generic import NameObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from tests.vendors.signatures import FACTS, HEAD, Authority
from vendors.errors import SignatureRefused
from vendors.services.decisions.checking import Trust, check_signed, read_trust
from vendors.services.decisions.keys import KeyFile
from vendors.services.decisions.signing import sign_here, typeset

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
ADDRESS = "http://localhost/verify/7K3M9QXW2B"
ISSUED = typeset(FACTS, HEAD, code="7K3M9QXW2B", address=ADDRESS)[0]
OURS, OTHERS = Authority("CA Nhà nước"), Authority("CA lạ")
SIGNED = OURS.sign(ISSUED)


NOBODY = Trust()


def check(data, trust=NOBODY):
    return check_signed(data, issued=ISSUED, trust=trust, now=NOW)


@pytest.fixture
def roots(tmp_path):
    (tmp_path / "root.pem").write_bytes(OURS.pem())
    return read_trust(str(tmp_path))


def test_a_sound_signature_names_who_and_when(roots):
    found = check(SIGNED, roots)
    assert (found.signer, found.chain_checked) == ("Phạm Văn Hùng", True)
    assert found.signed_at.tzinfo is not None


def test_without_roots_the_chain_is_said_not_to_be_checked():
    assert check(SIGNED).chain_checked is None


def test_two_signatures_after_one_another_are_both_sound(roots):
    assert check(OURS.sign(SIGNED, "Signature2"), roots).chain_checked is True


def test_a_signer_of_another_authority_is_refused(roots):
    with pytest.raises(SignatureRefused, match="does not lead to an authority"):
        check(OTHERS.sign(ISSUED), roots)


def test_an_unsigned_copy_is_refused():
    with pytest.raises(SignatureRefused, match="carries no signature"):
        check(ISSUED)


def test_another_document_is_refused_though_it_is_signed():
    other = typeset(FACTS, HEAD, code="OTHER", address=ADDRESS)[0]
    with pytest.raises(SignatureRefused, match="not the document that was issued"):
        check(OURS.sign(other))


def altered(data):
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    page = writer.root["/Pages"]["/Kids"][0]
    page[NameObject("/Rotate")] = writer.root["/Pages"]["/Count"]
    writer.update_container(page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_words_changed_before_the_signature_are_refused():
    with pytest.raises(SignatureRefused):
        check(OURS.sign(altered(ISSUED)))


def test_words_changed_after_the_signature_are_refused():
    with pytest.raises(SignatureRefused):
        check(altered(SIGNED))


def test_bytes_after_the_signed_end_are_refused():
    with pytest.raises(SignatureRefused):
        check(SIGNED + b"\n% more")


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(SIGNED) - 1), st.integers(1, 255))
def test_no_byte_can_be_changed(place, change):
    broken = bytearray(SIGNED)
    broken[place] ^= change
    try:
        check(bytes(broken))
    except SignatureRefused:
        return
    # Only the reserved place of the signature itself is not covered by it.
    numbers = re.search(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)", SIGNED).groups()
    begin, length, after, _rest = map(int, numbers)
    assert begin + length <= place < after


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(SIGNED)))
def test_a_truncated_file_is_refused(length):
    with pytest.raises(SignatureRefused):
        check(SIGNED[: min(length, len(SIGNED) - 1)])


@given(st.binary(max_size=2000))
def test_any_bytes_are_refused_in_words(noise):
    with pytest.raises(SignatureRefused):
        check(noise)
    with pytest.raises(SignatureRefused):
        check(ISSUED + noise)


def test_the_office_signs_here_with_its_key_file(tmp_path, roots):
    path = tmp_path / "office.p12"
    path.write_bytes(OURS.p12(b"mat-khau"))
    signed = sign_here(ISSUED, key=KeyFile(str(path), "mat-khau"))
    assert check(signed, roots).signer == "Phạm Văn Hùng"


def test_a_wrong_password_is_refused(tmp_path):
    path = tmp_path / "office.p12"
    path.write_bytes(OURS.p12(b"mat-khau"))
    with pytest.raises(SignatureRefused, match="cannot be opened"):
        sign_here(ISSUED, key=KeyFile(str(path), "sai"))

"""Secret codes under scratch fields: handed out once, kept as digests, claimed once."""

from collections import Counter
from datetime import timedelta
from threading import Event

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from kernel import db
from kernel.db import transaction
from kernel.errors import Conflict, Invalid, NotFound
from kernel.ids import ALPHABET
from kernel.sealing import Sealer
from tests.conftest import DATA_KEY, FINGERPRINT_KEY
from tests.together import at_once
from tests.traceability.land import NOW, STRANGER, Land, count
from tests.traceability.test_labels import decode, text_of
from traceability.errors import LotNotOpen
from traceability.labels import pdf_of
from traceability.models import LabelBatch, LabelClaim, ScanAlert, SerialUnit
from traceability.queries.labels import batch_of, sheet_of
from traceability.queries.scans import serial_story
from traceability.rules.claims import (
    CLAIM_LETTERS,
    claim_digest,
    is_claim,
    new_claim,
    read_claim,
    shown_claim,
)
from traceability.rules.copies import Sign
from traceability.rules.labels import Template
from traceability.services import claims, labels, lots
from traceability.services.claims import claim_unit, hand_out_claims
from traceability.services.labels import Wish

PHONE, OTHER = "a" * 16, "b" * 16


def printed(land, lot_id, number=3, **changes):
    wish = Wish(Template.STICKER, 300, number, **{"serials": True, "claims": True} | changes)
    return land.run(labels.print_labels, lot_id, wish=wish, root="https://x.vn", actor=land.owner)


def hand_out(land, batch_id):
    return land.run(hand_out_claims, batch_id, actor=land.owner)


def claim(land, lot_id, serial, code, *, device=PHONE, minutes=0):
    at = NOW + timedelta(minutes=minutes)
    return land.run(claim_unit, serial, lot_id=lot_id, code=code, device=device, now=at)


@given(st.text(alphabet=ALPHABET, min_size=CLAIM_LETTERS, max_size=CLAIM_LETTERS))
def test_a_code_is_read_however_it_is_typed(code):
    shown = shown_claim(code)
    assert read_claim(shown) == code
    assert read_claim(f" {shown.lower().replace('-', ' ')} ") == code
    assert read_claim(shown.replace("0", "O").replace("1", "l")) == code


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_code_or_none(text):
    code = read_claim(text)
    assert code is None or (len(code) == CLAIM_LETTERS and set(code) <= set(ALPHABET))


def test_codes_have_eighty_bits_and_are_of_one_number_only():
    code = new_claim()
    assert 32**CLAIM_LETTERS == 2**80
    digest = claim_digest("AAAAAAAAAAAA", code)
    assert is_claim(digest, "AAAAAAAAAAAA", code)
    assert not is_claim(digest, "BBBBBBBBBBBB", code)
    assert not is_claim(digest, "AAAAAAAAAAAA", None)
    assert not is_claim(None, "AAAAAAAAAAAA", code)


def test_codes_are_handed_out_once_and_kept_as_digests_only(land):
    lot_id = land.harvest()
    batch_id = printed(land, lot_id)
    codes = hand_out(land, batch_id)
    assert len(set(codes.values())) == 3
    land.session.rollback()
    kept = dict(land.session.execute(sa.select(LabelClaim.serial, LabelClaim.digest)).all())
    assert kept == {serial: claim_digest(serial, code) for serial, code in codes.items()}
    with pytest.raises(Conflict):
        hand_out(land, batch_id)
    assert count(land.session, LabelClaim) == 3


def test_who_may_not_print_is_handed_nothing(land):
    lot_id = land.harvest()
    batch_id, plain = printed(land, lot_id), printed(land, lot_id, claims=False)
    for given_id, actor in ((batch_id, STRANGER), (plain, land.owner)):
        with pytest.raises(NotFound):
            land.run(hand_out_claims, given_id, actor=actor)
    land.run(lots.hold_lot, lot_id, reason="Chờ kiểm tra", actor=land.owner)
    with pytest.raises(LotNotOpen):
        hand_out(land, batch_id)
    assert count(land.session, LabelClaim) == 0


@pytest.mark.parametrize(
    "changes", [{"serials": False}, {"template": Template.SHEET}, {"template": Template.CRATE}]
)
def test_secret_codes_need_a_number_and_room(land, changes):
    wish = Wish(**{"template": Template.STICKER, "dpi": 300, "count": 1, "serials": True} | changes)
    wish = Wish(wish.template, 300, 1, wish.serials, claims=True)
    lot_id = land.harvest()
    with pytest.raises(Invalid) as refused:
        land.run(labels.print_labels, lot_id, wish=wish, root="https://x.vn", actor=land.owner)
    assert refused.value.field in {"claims", "serials"}
    assert count(land.session, LabelBatch) == 0


def test_a_label_shows_its_secret_code_and_every_qr_code_decodes(land):
    batch_id = printed(land, land.harvest(), 4)
    card = batch_of(land.session, batch_id, vendor_id=land.vendor_id)
    assert "????-????" in text_of(pdf_of(sheet_of(land.session, card)))
    codes = hand_out(land, batch_id)
    sheet = sheet_of(land.session, card, claims=codes)
    pdf = pdf_of(sheet)
    first = shown_claim(codes[sheet.serials[0]])
    words = text_of(pdf)
    assert first[:9] in words
    assert first[10:] in words
    for dpi in (150, 203, 300, 600):
        assert Counter(decode(pdf, dpi)) == Counter(sheet.texts), dpi


def test_the_first_claims_and_the_next_reads_when(land):
    lot_id = land.harvest()
    ((serial, code), *_) = hand_out(land, printed(land, lot_id)).items()
    first = claim(land, lot_id, serial, code)
    assert (first.is_right, first.is_first, first.claimed_at) == (True, True, NOW)
    again = claim(land, lot_id, serial, code, minutes=5)
    assert (again.is_first, again.is_mine, again.claimed_at) == (False, True, NOW)
    later = claim(land, lot_id, serial, code, device=OTHER, minutes=9)
    assert (later.is_first, later.is_mine, later.claimed_at) == (False, False, NOW)
    story = serial_story(land.session, lot_id=lot_id, serial=serial, device="")
    assert (story.has_claim, story.claimed_at) == (True, NOW)


def test_a_wrong_code_claims_nothing_and_many_are_a_sign(land):
    lot_id = land.harvest()
    codes = hand_out(land, printed(land, lot_id))
    first, second = list(codes)[:2]
    for wrong in (codes[second], None, new_claim(), new_claim(), new_claim()):
        assert not claim(land, lot_id, first, wrong).is_right
    assert count(land.session, ScanAlert) == 0
    assert not claim(land, lot_id, first, new_claim()).is_right
    land.session.rollback()
    alert = land.session.scalars(sa.select(ScanAlert)).one()
    assert (alert.sign, alert.serial, alert.facts) == (Sign.CODES, first, {"wrong": 6, "most": 5})
    assert claim(land, lot_id, first, codes[first]).is_first


def test_a_number_without_a_code_or_of_another_lot_is_not_claimed(land):
    lot_id = land.harvest()
    ((serial, code), *_) = hand_out(land, printed(land, lot_id)).items()
    plain = printed(land, lot_id, claims=False)
    land.session.rollback()
    bare = land.session.scalars(sa.select(SerialUnit.serial).where(SerialUnit.batch_id == plain))
    for lot, number in ((lot_id, bare.first()), (land.harvest(), serial), (lot_id, "0" * 12)):
        with pytest.raises(NotFound):
            claim(land, lot, number, code)


def open_market(maker):
    with maker() as session:
        land = Land(session)
        lot_id = land.harvest()
        ((serial, code), *_) = hand_out(land, printed(land, lot_id)).items()
    return lot_id, serial, code


def race(maker, lot_id, serial, code, threads=4):
    def do(number):
        with maker() as session, transaction(session):
            device = f"{number:016d}"
            asked = {"lot_id": lot_id, "code": code, "device": device}
            return claim_unit(session, serial, **asked, now=NOW + timedelta(minutes=number))

    return at_once(do, threads)


def test_of_several_claimants_at_once_one_is_the_first(maker):
    lot_id, serial, code = open_market(maker)
    results = race(maker, lot_id, serial, code)
    (first,) = [one for one in results if one.is_first]
    assert {one.claimed_at for one in results} == {first.claimed_at}
    assert all(one.is_right for one in results)


@pytest.mark.postgres
def test_without_the_lock_two_are_the_first(postgres_url, monkeypatch):
    """The negative control: the race above proves something only because this one is lost."""
    engine = db.open_engine(postgres_url)
    maker = db.session_factory(engine)
    maker.configure(info={"sealer": Sealer([DATA_KEY], FINGERPRINT_KEY)})
    lot_id, serial, code = open_market(maker)

    def unlocked(session, kind, row_id):
        found = session.get(kind, row_id)
        Event().wait(0.3)
        return found

    monkeypatch.setattr(claims, "lock", unlocked)
    results = race(maker, lot_id, serial, code)
    assert sum(one.is_first for one in results) > 1
    engine.dispose()

"""Authorities are asked whether a signer's certificate still counts, and never for strangers."""

import io
import threading
from dataclasses import replace

import pytest
from sqlalchemy.orm import sessionmaker

from kernel.settings import Settings
from kernel.web.session import provide
from tests.conftest import TOKEN
from tests.vendors.authorities import answering
from tests.vendors.conftest import House
from tests.vendors.signatures import Authority
from tests.vendors.test_decision_signing import ISSUED, NOW
from vendors.errors import SignatureRefused
from vendors.rules.decisions import Revocation
from vendors.services.decisions import revoking
from vendors.services.decisions.checking import check_signed, read_trust


@pytest.fixture(params=[False, True], ids=["CRL", "OCSP"])
def by_ocsp(request):
    return request.param


def check(authority, folder, *, ask=True, data=None):
    (folder / "root.pem").write_bytes(authority.pem())
    trust = read_trust(str(folder), ask_revocation=ask)
    return check_signed(data or authority.sign(ISSUED), issued=ISSUED, trust=trust, now=NOW)


def test_a_certificate_that_counts_is_said_to_count(tmp_path, by_ocsp):
    with answering(by_ocsp=by_ocsp) as authority:
        found = check(authority, tmp_path)
    assert (found.chain_checked, found.revocation) == (True, Revocation.GOOD)


@pytest.mark.parametrize("which", ["leaf", "middle"])
def test_a_revoked_certificate_is_refused_with_its_day(tmp_path, by_ocsp, which):
    with (
        answering(by_ocsp=by_ocsp, revoked={which}) as authority,
        pytest.raises(SignatureRefused, match="revoked on") as refusal,
    ):
        check(authority, tmp_path)
    assert refusal.value.values == {"day": "04/03/2026"}


def test_an_authority_that_does_not_answer_leaves_the_question_open(tmp_path, by_ocsp):
    with answering(by_ocsp=by_ocsp) as authority:
        signed = authority.sign(ISSUED)
    found = check(authority, tmp_path, data=signed)
    assert (found.chain_checked, found.revocation) == (True, Revocation.UNREACHABLE)


def test_one_that_answers_nonsense_leaves_it_open_as_well(tmp_path, by_ocsp, monkeypatch):
    with answering(by_ocsp=by_ocsp) as authority:
        monkeypatch.setattr(type(authority), "crl", lambda *_: b"no list")
        monkeypatch.setattr(type(authority), "ocsp", lambda *_: b"no answer")
        assert check(authority, tmp_path).revocation is Revocation.UNREACHABLE


def test_one_that_never_answers_is_not_waited_for_long(tmp_path, by_ocsp, monkeypatch):
    done = threading.Event()
    monkeypatch.setattr(revoking, "SECONDS", 0.2)
    with answering(by_ocsp=by_ocsp, watch=lambda: done.wait(20)) as authority:
        found = check(authority, tmp_path)
        done.set()
    assert found.revocation is Revocation.UNREACHABLE


def test_nobody_is_asked_unless_the_settings_say_so(tmp_path):
    asked = []
    with answering(watch=lambda: asked.append(1)) as authority:
        found = check(authority, tmp_path, ask=False)
    assert (found.revocation, asked) == (Revocation.NOT_ASKED, [])


def test_a_strangers_certificate_makes_us_call_nobody(tmp_path):
    asked = []
    with answering(watch=lambda: asked.append(1)) as stranger:
        signed = stranger.sign(ISSUED)
        with pytest.raises(SignatureRefused, match="does not lead to an authority"):
            check(Authority(), tmp_path, data=signed)
    assert asked == []


def test_the_page_says_it_in_words_and_no_transaction_waits_for_the_network(
    app, client, sign_in, now, tmp_path
):
    engine = app.extensions[sessionmaker.__qualname__].kw["bind"]
    open_meanwhile = []
    with app.extensions[sessionmaker.__qualname__]() as session:
        vendor_id = House(session).submitted()
    sign_in(name="Hùng", roles=["reviewer", "approver"])
    base = f"/office/vendors/{vendor_id}/decisions"
    token = TOKEN.search(client.get(f"{base}/new/recognition").get_data(as_text=True))[1]

    def send(url, **data):
        answer = client.post(url, data={"csrf_token": token, **data})
        answer.request.environ["wsgi.input"].close()
        return answer

    one = send(f"{base}/new/recognition", subject="Về việc công nhận", articles="Vâng.").location
    send(f"{one}/issue")
    issued = client.get(f"{one}/pdf").data
    with answering(watch=lambda: open_meanwhile.append(engine.pool.checkedout())) as authority:
        (tmp_path / "roots").mkdir()
        (tmp_path / "roots" / "root.pem").write_bytes(authority.pem())
        asking = replace(
            app.extensions[Settings.__qualname__],
            signing_roots=str(tmp_path / "roots"),
            signing_revocation=True,
        )
        provide(app, Settings, asking)
        signed = authority.sign(issued)
        assert send(f"{one}/signed", file=(io.BytesIO(signed), "a.pdf")).status_code == 303
    assert open_meanwhile
    assert set(open_meanwhile) == {0}
    shown = client.get(f"{one}?lang=en", follow_redirects=True).get_data(as_text=True)
    assert "The authority answered: the certificate is not revoked." in shown

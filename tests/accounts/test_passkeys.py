import json

import pytest
import sqlalchemy as sa

from accounts import queries
from accounts.errors import SecondFactorNeeded, WrongPasskey
from accounts.models import Passkey
from accounts.services import passkeys, people, second_factor
from accounts.services.passkeys import Ceremony, RelyingParty
from kernel.actor import Actor
from kernel.db import transaction
from kernel.errors import NotFound
from tests.accounts.soft_key import SoftKey
from tests.people import PASSWORD

HERE = RelyingParty("market.example", "Chợ Phiên", "https://market.example")


def make(session, now, contact="0912345678", roles=()):
    with transaction(session):
        return people.create_user(
            session,
            name="Lan",
            contact=contact,
            password=PASSWORD,
            lang=None,
            now=now,
            roles=roles,
        )


def new_options(session, user_id):
    return passkeys.new_passkey_options(
        session,
        queries.user_card(session, user_id),
        handle=queries.passkey_handle(session, user_id),
        party=HERE,
    )


def enrol(session, user_id, key, now, options=None, party=HERE):
    options = options or new_options(session, user_id)
    ceremony = Ceremony(party, options["challenge"], key.create(options))
    with transaction(session):
        return passkeys.enrol_passkey(
            session, ceremony=ceremony, name="my phone", actor=Actor(user_id, "Lan"), now=now
        )


def show(session, user_id, answer, challenge, now, party=HERE):
    with transaction(session):
        passkeys.use_passkey(session, user_id, ceremony=Ceremony(party, challenge, answer), now=now)


def soft_key(**more):
    return SoftKey(**{"origin": HERE.origin, "party": HERE.id, **more})


def test_a_passkey_proves_who_is_there(session, now):
    user_id, key = make(session, now), soft_key()
    codes = enrol(session, user_id, key, now)
    assert len(codes) == 10
    options = passkeys.passkey_options(session, user_id, party=HERE)
    assert [each["id"] for each in options["allowCredentials"]] == list(
        queries.credential_ids(session, user_id)
    )
    show(session, user_id, key.get(options), options["challenge"], now)
    row = session.scalars(sa.select(Passkey)).one()
    assert (row.sign_count, row.used_at, row.name) == (1, now, "my phone")


def test_one_passkey_is_not_enrolled_twice(session, now):
    user_id, key = make(session, now), soft_key()
    enrol(session, user_id, key, now)
    assert new_options(session, user_id)["excludeCredentials"] != []
    with pytest.raises(WrongPasskey):
        enrol(session, user_id, key, now)
    assert len(queries.second_factors(session, user_id).passkeys) == 1


@pytest.mark.parametrize(
    "wrong", [{"origin": "https://market.example.evil.test"}, {"party": "evil.test"}]
)
def test_a_passkey_of_another_site_is_refused(session, now, wrong):
    user_id = make(session, now)
    with pytest.raises(WrongPasskey):
        enrol(session, user_id, soft_key(**wrong), now)
    assert not queries.has_second_factor(session, user_id)


def test_an_answer_to_another_challenge_is_refused(session, now):
    user_id, key = make(session, now), soft_key()
    enrol(session, user_id, key, now)
    options = passkeys.passkey_options(session, user_id, party=HERE)
    other = passkeys.passkey_options(session, user_id, party=HERE)["challenge"]
    with pytest.raises(WrongPasskey):
        show(session, user_id, key.get(options), other, now)
    assert session.scalars(sa.select(Passkey.used_at)).all() == [None]


def test_the_passkey_of_somebody_else_is_refused(session, now):
    lan, minh = make(session, now), make(session, now, "0988888888")
    key = soft_key()
    enrol(session, lan, key, now)
    options = passkeys.passkey_options(session, minh, party=HERE)
    with pytest.raises(WrongPasskey):
        show(session, minh, key.get(options), options["challenge"], now)


def test_a_forged_signature_is_refused(session, now):
    user_id, key, thief = make(session, now), soft_key(), soft_key()
    enrol(session, user_id, key, now)
    thief.id = key.id
    options = passkeys.passkey_options(session, user_id, party=HERE)
    with pytest.raises(WrongPasskey):
        show(session, user_id, thief.get(options), options["challenge"], now)


def test_a_copied_passkey_is_noticed_by_its_counter(session, now):
    user_id, key = make(session, now), soft_key()
    enrol(session, user_id, key, now)
    for _ in range(2):
        options = passkeys.passkey_options(session, user_id, party=HERE)
        show(session, user_id, key.get(options), options["challenge"], now)
    key.count = 0
    options = passkeys.passkey_options(session, user_id, party=HERE)
    with pytest.raises(WrongPasskey):
        show(session, user_id, key.get(options), options["challenge"], now)


@pytest.mark.parametrize("answer", ["", "{", "[]", "7", json.dumps({"id": "x"}), json.dumps({})])
def test_nonsense_is_refused(session, now, answer):
    user_id = make(session, now)
    enrol(session, user_id, soft_key(), now)
    challenge = passkeys.passkey_options(session, user_id, party=HERE)["challenge"]
    with pytest.raises(WrongPasskey):
        show(session, user_id, answer, challenge, now)
    with pytest.raises(WrongPasskey), transaction(session):
        passkeys.enrol_passkey(
            session,
            ceremony=Ceremony(HERE, challenge, answer),
            name="x",
            actor=Actor(user_id),
            now=now,
        )


def test_nobody_keeps_more_than_ten_passkeys(session, now):
    user_id = make(session, now)
    for _ in range(10):
        enrol(session, user_id, soft_key(), now)
    with pytest.raises(WrongPasskey):
        enrol(session, user_id, soft_key(), now)


def test_an_office_role_keeps_one_of_its_passkeys(session, now):
    user_id = make(session, now, roles=["approver"])
    for _ in range(2):
        enrol(session, user_id, soft_key(), now)
    first, second = (key.id for key in queries.second_factors(session, user_id).passkeys)
    with transaction(session):
        second_factor.remove_passkey(session, first, actor=Actor(user_id), now=now)
    with pytest.raises(SecondFactorNeeded), transaction(session):
        second_factor.remove_passkey(session, second, actor=Actor(user_id), now=now)
    assert [key.id for key in queries.second_factors(session, user_id).passkeys] == [second]


def test_nobody_removes_the_passkey_of_another(session, now):
    lan, minh = make(session, now), make(session, now, "0988888888")
    enrol(session, lan, soft_key(), now)
    (card,) = queries.second_factors(session, lan).passkeys
    with pytest.raises(NotFound), transaction(session):
        second_factor.remove_passkey(session, card.id, actor=Actor(minh), now=now)
    assert len(queries.second_factors(session, lan).passkeys) == 1

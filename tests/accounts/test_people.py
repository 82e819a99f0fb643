from datetime import timedelta

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from accounts import queries
from accounts.errors import ContactTaken, TooManyTries, WrongSignIn
from accounts.models import SignIn, Tries, User
from accounts.rules import wait_after
from accounts.services import hashing, people, signing, tries
from kernel import audit
from kernel.actor import GUEST, HOUSE, Actor
from kernel.db import transaction
from kernel.errors import Invalid, NotAllowed, NotFound
from tests.people import PASSWORD
from tests.together import at_once


def make(session, now, contact="0912 345 678", **more):
    values = {"name": "Lan", "password": PASSWORD, "lang": "vi", **more}
    with transaction(session):
        return people.create_user(session, contact=contact, now=now, **values)


def actions(session):
    return session.scalars(sa.select(audit.AuditEntry.action).order_by(audit.AuditEntry.seq)).all()


def test_an_account_is_found_by_its_number_however_it_is_typed(session, now):
    user_id = make(session, now)
    assert people.find_user(session, "+84912.345.678") == user_id
    assert people.find_user(session, "0912345679") is None
    assert people.find_user(session, "nonsense") is None
    assert queries.user_card(session, user_id) == queries.UserCard(
        user_id, "Lan", None, "+84912345678", "vi", confirmed=False
    )
    assert queries.user_card(session, "nobody") is None
    assert actions(session) == ["account.created"]


def test_a_password_is_kept_as_argon2id_only(session, now):
    user_id = make(session, now)
    kept = session.get(User, user_id).password
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert PASSWORD not in kept
    assert hashing.matches(PASSWORD, kept)
    assert not hashing.matches("another", kept)
    assert not hashing.matches(PASSWORD, None)
    assert not hashing.matches(PASSWORD, "no hash at all")


def test_a_contact_belongs_to_one_account(session, now):
    make(session, now)
    with pytest.raises(ContactTaken) as refusal:
        make(session, now, contact="84912345678")
    assert refusal.value.field == "contact"
    assert session.scalar(sa.select(sa.func.count()).select_from(User)) == 1


def test_of_two_sign_ups_at_once_with_one_number_one_wins(maker, now):
    def sign_up(_number):
        with maker() as session:
            return make(session, now)

    results = at_once(sign_up, 4)
    assert sorted(type(result).__name__ for result in results) == ["ContactTaken"] * 3 + ["str"]


@pytest.mark.parametrize("wrong", [{"contact": "12"}, {"password": "short"}, {"roles": ["king"]}])
def test_a_refused_account_leaves_nothing_behind(session, now, wrong):
    with pytest.raises(Invalid):
        make(session, now, **wrong)
    assert session.scalars(sa.select(User)).all() == []
    assert actions(session) == []


def test_roles_are_given_and_taken_by_operators_only(session, now):
    user_id = make(session, now, roles=["reviewer"])
    operator = Actor("someone", "Op", frozenset({"operator"}))
    with transaction(session):
        people.grant_role(session, user_id, role="finance", actor=operator, now=now)
        people.grant_role(session, user_id, role="finance", actor=operator, now=now)
        people.revoke_role(session, user_id, role="reviewer", actor=operator, now=now)
        people.revoke_role(session, user_id, role="reviewer", actor=HOUSE, now=now)
    for refused in (GUEST, Actor("someone", "Rev", frozenset({"approver"}))):
        for change in (people.grant_role, people.revoke_role):
            with pytest.raises(NotAllowed), transaction(session):
                change(session, user_id, role="finance", actor=refused, now=now)
    with transaction(session):
        opened = signing.open_sign_in(session, user_id, stamp=None, device="", strong=True, now=now)
    assert queries.signed(session, opened.sign_in_id).roles == {"finance"}
    assert actions(session) == [
        "account.created",
        "role.granted",
        "role.granted",
        "role.revoked",
        "sign_in.opened",
    ]


def test_a_role_for_nobody_is_refused(session, now):
    with pytest.raises(NotFound), transaction(session):
        people.grant_role(session, "nobody", role="finance", actor=HOUSE, now=now)


def attempt(session, now, contact="0912345678", password=PASSWORD):
    with transaction(session):
        begun = signing.begin_attempt(session, contact, now=now)
    proof = signing.judge_attempt(session, begun, password=password)
    with transaction(session):
        signing.accept_password(session, proof, password=password)
    return proof


def test_the_right_password_proves_who_is_there(session, now):
    user_id = make(session, now)
    proof = attempt(session, now)
    assert (proof.user_id, proof.needs_second_factor) == (user_id, False)
    assert session.scalars(sa.select(Tries)).all() == []


def test_unknown_contact_wrong_password_and_closed_account_look_the_same(session, now):
    user_id = make(session, now)
    refusals = []
    for contact, password in [("0912345678", "wrong horse"), ("0988888888", PASSWORD), ("?", "?")]:
        with pytest.raises(WrongSignIn) as refusal:
            attempt(session, now, contact, password)
        refusals.append(str(refusal.value))
    with transaction(session):
        session.get(User, user_id).active = False
    with pytest.raises(WrongSignIn) as refusal:
        attempt(session, now)
    assert set(refusals) == {str(refusal.value)}


def test_an_unknown_contact_costs_the_same_work(session, now, monkeypatch):
    make(session, now)
    verified = []
    real = hashing._hasher

    class Counting:
        def verify(self, hashed, password):
            verified.append(hashed[:9])
            return real.verify(hashed, password)

        hash = staticmethod(real.hash)
        check_needs_rehash = staticmethod(real.check_needs_rehash)

    monkeypatch.setattr(hashing, "_hasher", Counting())
    for contact in ("0912345678", "0988888888"):
        with pytest.raises(WrongSignIn):
            attempt(session, now, contact, "wrong horse")
    assert verified == ["$argon2id"] * 2


@pytest.mark.parametrize("contact", ["0912345678", "0988888888"])
def test_after_five_failures_even_the_right_password_waits(session, now, contact):
    make(session, now)
    for _ in range(5):
        with pytest.raises(WrongSignIn):
            attempt(session, now, contact, "wrong horse")
    with pytest.raises(TooManyTries) as refusal:
        attempt(session, now, contact)
    assert str(refusal.value) == "Too many tries. Please wait until 23/11/2026 10:01."
    assert session.scalars(sa.select(Tries.failures)).all() == [5]


def test_after_the_wait_the_right_password_opens_and_the_count_starts_anew(session, now):
    make(session, now)
    for _ in range(5):
        with pytest.raises(WrongSignIn):
            attempt(session, now, password="wrong horse")
    later = now + wait_after(5)
    assert attempt(session, later).user_id
    assert session.scalars(sa.select(Tries)).all() == []


def test_a_number_and_an_address_of_one_account_share_the_count(session, now):
    user_id = make(session, now)
    with transaction(session):
        session.get(User, user_id).email = "lan@example.com"
    for contact in (
        "0912345678",
        "lan@example.com",
        "+84912345678",
        "LAN@example.com",
        "0912345678",
    ):
        with pytest.raises(WrongSignIn):
            attempt(session, now, contact, "wrong horse")
    with pytest.raises(TooManyTries):
        attempt(session, now, "lan@example.com")


def test_failures_are_forgotten_after_a_quiet_day(session, now):
    with transaction(session):
        for _ in range(4):
            tries.count_try(session, "password:x", now=now)
    with transaction(session):
        tries.count_try(session, "password:x", now=now + timedelta(hours=24, seconds=1))
    assert session.scalars(sa.select(Tries.failures)).all() == [1]
    with transaction(session):
        tries.forget_old_tries(session, now + timedelta(days=3))
    assert session.scalars(sa.select(Tries)).all() == []


def test_tries_at_once_are_all_counted(maker, now):
    def one(_number):
        with maker() as session, transaction(session):
            tries.count_try(session, "password:x", now=now)

    results = at_once(one, 12)
    assert sum(isinstance(result, TooManyTries) for result in results) == 7
    with maker() as session:
        assert session.scalars(sa.select(Tries.failures)).all() == [5]


def test_a_hash_made_with_less_work_is_made_anew(session, now):
    user_id = make(session, now)
    weak = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
    with transaction(session):
        session.get(User, user_id).password = weak
    attempt(session, now)
    session.expire_all()
    assert session.get(User, user_id).password != weak
    assert attempt(session, now).outdated_hash is False


def open_for(session, user_id, now, **more):
    with transaction(session):
        values = {"stamp": None, "device": "Chrome", "strong": False, **more}
        return signing.open_sign_in(session, user_id, now=now, **values)


def test_a_proof_is_void_once_the_person_signed_out_everywhere(session, now):
    user_id = make(session, now)
    proof = attempt(session, now)
    me = Actor(user_id, "Lan")
    with transaction(session):
        signing.end_every_sign_in(session, user_id, actor=me, now=now)
    with pytest.raises(WrongSignIn):
        open_for(session, user_id, now, stamp=proof.stamp)
    assert session.scalars(sa.select(SignIn)).all() == []


def test_one_device_ends_and_the_others_stay(session, now):
    user_id = make(session, now)
    first, second = open_for(session, user_id, now), open_for(session, user_id, now)
    with transaction(session):
        signing.end_sign_in(session, first.sign_in_id, actor=Actor(user_id), now=now)
        signing.end_sign_in(session, first.sign_in_id, actor=Actor(user_id), now=now)
    assert queries.signed(session, first.sign_in_id) is None
    assert queries.signed(session, second.sign_in_id).user_id == user_id
    assert [device.id for device in queries.devices(session, user_id, now=now)] == [
        second.sign_in_id
    ]


def test_nobody_ends_the_device_of_another(session, now):
    owner = make(session, now)
    stranger = make(session, now, contact="0988888888")
    opened = open_for(session, owner, now)
    with pytest.raises(NotFound), transaction(session):
        signing.end_sign_in(session, opened.sign_in_id, actor=Actor(stranger), now=now)
    assert queries.signed(session, opened.sign_in_id) is not None


def test_signing_out_everywhere_ends_all_devices_and_changes_the_stamp(session, now):
    user_id = make(session, now)
    opened = [open_for(session, user_id, now) for _ in range(3)]
    with transaction(session):
        stamp = signing.end_every_sign_in(
            session, user_id, actor=Actor(user_id), now=now, but=opened[1].sign_in_id
        )
    left = [queries.signed(session, each.sign_in_id) for each in opened]
    assert [each is not None for each in left] == [False, True, False]
    assert left[1].stamp == stamp != opened[1].stamp

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from accounts import queries
from accounts.errors import SecondFactorNeeded, TooManyTries, WrongCode
from accounts.models import User
from accounts.services import people, second_factor
from accounts.services.second_factor import DEMO_SECRET, Authenticator
from kernel.actor import Actor
from kernel.db import transaction
from kernel.errors import NotAllowed, NotFound
from kernel.mail import Notice
from tests.people import PASSWORD
from tests.together import at_once

CODES = Authenticator("a key of the tests", "Chợ Phiên", demo=False)
DEMO = Authenticator("a key of the tests", "Chợ Phiên", demo=True)
STEP = timedelta(seconds=30)


def make(session, now, roles=()):
    with transaction(session):
        return people.create_user(
            session,
            name="Lan",
            contact="0912345678",
            password=PASSWORD,
            lang=None,
            now=now,
            roles=roles,
        )


def enrol(session, user_id, now, codes=CODES):
    secret = codes.generate_totp_secret()
    with transaction(session):
        made = second_factor.enrol_totp(
            session,
            secret=secret,
            code=codes.code(secret, now),
            authenticator=codes,
            actor=Actor(user_id, "Lan"),
            now=now,
        )
    return secret, made


def use(session, user_id, code, now, codes=CODES):
    with transaction(session):
        second_factor.use_code(session, user_id, code=code, authenticator=codes, now=now)


def test_a_code_is_that_of_rfc_6238():
    # RFC 6238, appendix B, SHA-1, 59 s: the last six of 94287082.
    secret = CODES.wrap("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
    at = datetime.fromtimestamp(59, UTC)
    assert CODES.code(secret, at) == "287082"
    assert CODES.step_of("287082", secret, now=at, after=None) == 1


def test_secrets_are_kept_encrypted_under_the_markets_key(session, now):
    user_id = make(session, now)
    secret, _ = enrol(session, user_id, now)
    kept = queries.totp_secret(session, user_id)
    assert kept == secret
    assert CODES.get_totp_b32_key(secret) not in kept
    assert len(kept) <= 255


def test_an_app_is_taken_once_it_shows_the_right_code(session, now):
    user_id = make(session, now)
    secret = CODES.generate_totp_secret()
    with pytest.raises(WrongCode), transaction(session):
        second_factor.enrol_totp(
            session,
            secret=secret,
            code="000000",
            authenticator=CODES,
            actor=Actor(user_id),
            now=now,
        )
    assert not queries.has_second_factor(session, user_id)
    enrol(session, user_id, now)
    assert queries.has_second_factor(session, user_id)
    assert session.scalars(sa.select(Notice.template)).all() == ["accounts/second_factor_changed"]


@pytest.mark.parametrize("late", [-1, 0, 1])
def test_a_code_may_be_half_a_minute_off(session, now, late):
    user_id = make(session, now)
    secret, _ = enrol(session, user_id, now)
    later = now + 10 * STEP
    use(session, user_id, CODES.code(secret, later + late * STEP), later)


@pytest.mark.parametrize("late", [-2, 2])
def test_a_code_of_another_minute_is_refused(session, now, late):
    user_id = make(session, now)
    secret, _ = enrol(session, user_id, now)
    later = now + 10 * STEP
    with pytest.raises(WrongCode):
        use(session, user_id, CODES.code(secret, later + late * STEP), later)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "12345",
        "1234567",
        "abcdef",
        "".join(chr(0xFF10 + digit) for digit in range(1, 7)),
        "0" * 40,
    ],
)
def test_what_is_no_code_is_refused(session, now, code):
    user_id = make(session, now)
    enrol(session, user_id, now)
    with pytest.raises(WrongCode) as refusal:
        use(session, user_id, code, now + 10 * STEP)
    assert refusal.value.field == "code"


def test_no_code_is_taken_twice_not_even_the_one_of_enrolment(session, now):
    user_id = make(session, now)
    secret, _ = enrol(session, user_id, now)
    with pytest.raises(WrongCode):
        use(session, user_id, CODES.code(secret, now), now)
    later = now + STEP
    use(
        session, user_id, CODES.code(secret, later)[:3] + " " + CODES.code(secret, later)[3:], later
    )
    for old in (now, later):
        with pytest.raises(WrongCode):
            use(session, user_id, CODES.code(secret, old), later)


def test_of_one_code_used_twice_at_once_one_is_taken(maker, now):
    with maker() as session:
        user_id = make(session, now)
        secret, _ = enrol(session, user_id, now)
    later = now + STEP
    code = CODES.code(secret, later)

    def show(_number):
        with maker() as session:
            use(session, user_id, code, later)

    results = at_once(show, 4)
    assert results.count(None) == 1
    assert sum(isinstance(result, WrongCode) for result in results) == 3


def test_ten_recovery_codes_work_once_each(session, now):
    user_id = make(session, now)
    _, codes = enrol(session, user_id, now)
    assert len(set(codes)) == 10
    assert codes[0] not in str(session.get(User, user_id).mf_recovery_codes)
    use(session, user_id, codes[0].lower().replace("0", "o").replace("-", " "), now)
    assert queries.second_factors(session, user_id).codes_left == 9
    with pytest.raises(WrongCode):
        use(session, user_id, codes[0], now)
    use(session, user_id, codes[9], now)


def test_of_one_recovery_code_used_twice_at_once_one_is_taken(maker, now):
    with maker() as session:
        user_id = make(session, now)
        _, codes = enrol(session, user_id, now)

    def show(_number):
        with maker() as session:
            use(session, user_id, codes[3], now)

    results = at_once(show, 4)
    assert results.count(None) == 1


def test_new_recovery_codes_void_the_old(session, now):
    user_id = make(session, now)
    _, old = enrol(session, user_id, now)
    with transaction(session):
        new = second_factor.renew_codes(session, actor=Actor(user_id), now=now)
    assert not set(old) & set(new)
    with pytest.raises(WrongCode):
        use(session, user_id, old[0], now)
    use(session, user_id, new[0], now)


def test_without_a_second_factor_there_is_nothing_to_recover(session, now):
    user_id = make(session, now)
    with pytest.raises(NotFound), transaction(session):
        second_factor.renew_codes(session, actor=Actor(user_id), now=now)


def test_a_second_app_replaces_the_first_and_keeps_the_recovery_codes(session, now):
    user_id = make(session, now)
    first, codes = enrol(session, user_id, now)
    second, none = enrol(session, user_id, now)
    assert (len(codes), none) == (10, ())
    later = now + 2 * STEP
    with pytest.raises(WrongCode):
        use(session, user_id, CODES.code(first, later), later)
    use(session, user_id, CODES.code(second, later), later)


def test_a_buyer_may_remove_the_last_factor_and_its_codes(session, now):
    user_id = make(session, now)
    enrol(session, user_id, now)
    for _ in range(2):
        with transaction(session):
            second_factor.remove_totp(session, actor=Actor(user_id), now=now)
    assert queries.second_factors(session, user_id) == queries.SecondFactors(False, [], 0)


@pytest.mark.parametrize("role", ["reviewer", "approver", "statistics", "finance", "operator"])
def test_an_office_role_keeps_its_last_factor(session, now, role):
    user_id = make(session, now, [role])
    enrol(session, user_id, now)
    with pytest.raises(SecondFactorNeeded), transaction(session):
        second_factor.remove_totp(session, actor=Actor(user_id), now=now)
    assert queries.second_factors(session, user_id).totp is True


def test_nobody_removes_a_passkey_that_is_not_there(session, now):
    user_id = make(session, now)
    with pytest.raises(NotFound), transaction(session):
        second_factor.remove_passkey(session, "none", actor=Actor(user_id), now=now)


def test_guessing_codes_locks_out(session, now):
    user_id = make(session, now)
    secret, _ = enrol(session, user_id, now)
    later = now + STEP
    for _ in range(5):
        with transaction(session):
            second_factor.begin_code(session, user_id, now=later)
        with pytest.raises(WrongCode):
            use(session, user_id, "000000", later)
    with pytest.raises(TooManyTries), transaction(session):
        second_factor.begin_code(session, user_id, now=later)
    use(session, user_id, CODES.code(secret, later), later)
    with transaction(session):
        second_factor.begin_code(session, user_id, now=later)


def test_the_known_secret_of_the_demo_opens_the_demo_as_often_as_asked(session, now):
    user_id = make(session, now, ["reviewer"])
    with transaction(session):
        second_factor.enrol_demo(session, user_id, authenticator=DEMO, now=now)
    secret = queries.totp_secret(session, user_id)
    assert DEMO.is_demo(secret)
    assert DEMO.get_totp_b32_key(secret) == DEMO_SECRET
    for _ in range(2):
        use(session, user_id, DEMO.code(secret, now), now, DEMO)


def test_the_known_secret_of_the_demo_opens_nothing_in_production(session, now):
    user_id = make(session, now, ["reviewer"])
    with transaction(session):
        second_factor.enrol_demo(session, user_id, authenticator=DEMO, now=now)
    secret = queries.totp_secret(session, user_id)
    with pytest.raises(WrongCode):
        use(session, user_id, CODES.code(secret, now), now, CODES)


def test_production_gives_nobody_the_known_secret(session, now):
    user_id = make(session, now)
    with pytest.raises(NotAllowed), transaction(session):
        second_factor.enrol_demo(session, user_id, authenticator=CODES, now=now)
    assert not queries.has_second_factor(session, user_id)

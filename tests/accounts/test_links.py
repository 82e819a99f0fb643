from datetime import timedelta

import pytest
import sqlalchemy as sa

from accounts import queries
from accounts.errors import ContactTaken, LinkUsed, TooManyTries
from accounts.models import LinkPurpose, LinkToken, Tries, User
from accounts.services import hashing, links, people, signing
from accounts.services.second_factor import Authenticator
from kernel.actor import GUEST, Actor
from kernel.db import transaction
from kernel.errors import Invalid, NotFound
from kernel.mail import Notice, render
from tests.people import PASSWORD
from tests.together import at_once

LINK = "https://market.example/reset/"
FRESH = "another horse battery"


@pytest.fixture
def lan(session, now):
    with transaction(session):
        return people.create_user(
            session, name="Lan", contact="0912345678", password=PASSWORD, lang="en", now=now
        )


def notices(session):
    return session.scalars(sa.select(Notice).order_by(Notice.id)).all()


def ask(session, now, contact="0912345678"):
    """Ask for a reset and return the token that was sent, if any."""
    before = len(notices(session))
    with transaction(session):
        links.ask_reset(session, contact, link=LINK, now=now)
    sent = notices(session)[before:]
    return sent[0].values["link"].removeprefix(LINK) if sent else None


def reset(session, token, now, password=FRESH):
    with transaction(session):
        return links.reset_password(session, token, password=password, now=now)


def test_a_reset_link_goes_to_the_contact_that_asked(session, now, lan):
    token = ask(session, now)
    (notice,) = notices(session)
    assert (notice.channel, notice.recipient, notice.lang) == ("sms", "+84912345678", "en")
    assert queries.link_is_open(session, token, purpose=LinkPurpose.RESET, now=now)
    assert token not in str(session.scalars(sa.select(LinkToken.digest)).all())


def test_nobody_learns_whether_there_is_an_account(session, now, lan):
    assert ask(session, now, "0988888888") is None
    with transaction(session):
        session.get(User, lan).active = False
    assert ask(session, now) is None
    # Both wrote one counter, so both commits cost the same.
    assert len(session.scalars(sa.select(Tries)).all()) == 2


def test_a_reset_for_nonsense_is_refused(session, now):
    with pytest.raises(Invalid), transaction(session):
        links.ask_reset(session, "nonsense", link=LINK, now=now)


def test_a_contact_is_not_flooded_with_messages(session, now, lan):
    sent = [ask(session, now) for _ in range(8)]
    assert [token is not None for token in sent] == [True] * 5 + [False] * 3


def test_a_link_sets_a_new_password_and_ends_every_sign_in(session, now, lan):
    with transaction(session):
        opened = signing.open_sign_in(session, lan, stamp=None, device="", strong=False, now=now)
        for _ in range(5):
            signing.begin_own_attempt(session, lan, now=now)
    assert reset(session, ask(session, now), now) == lan
    user = session.get(User, lan)
    assert hashing.matches(FRESH, user.password)
    assert not hashing.matches(PASSWORD, user.password)
    assert queries.signed(session, opened.sign_in_id) is None
    assert user.confirmed_at == user.phone_proved_at == now
    # The lock-out that a stranger may have caused is lifted.
    with transaction(session):
        signing.begin_own_attempt(session, lan, now=now)


def test_a_link_works_once(session, now, lan):
    token = ask(session, now)
    reset(session, token, now)
    with pytest.raises(LinkUsed):
        reset(session, token, now, "a third horse battery")
    assert hashing.matches(FRESH, session.get(User, lan).password)
    assert not queries.link_is_open(session, token, purpose=LinkPurpose.RESET, now=now)


def test_of_two_uses_of_a_link_at_once_one_wins(maker, now):
    with maker() as session:
        with transaction(session):
            people.create_user(
                session, name="Lan", contact="0912345678", password=PASSWORD, lang="en", now=now
            )
        token = ask(session, now)

    def use(number):
        with maker() as session:
            return reset(session, token, now, f"horse battery {number} staple")

    results = at_once(use, 4)
    assert [type(result) for result in results].count(LinkUsed) == 3
    winner = next(number for number, result in enumerate(results) if isinstance(result, str))
    with maker() as session:
        kept = session.scalars(sa.select(User.password)).one()
    assert hashing.matches(f"horse battery {winner} staple", kept)


def test_a_link_expires_after_an_hour(session, now, lan):
    token = ask(session, now)
    late = now + timedelta(hours=1)
    assert queries.link_is_open(
        session, token, purpose=LinkPurpose.RESET, now=late - timedelta(seconds=1)
    )
    with pytest.raises(LinkUsed):
        reset(session, token, late)
    assert hashing.matches(PASSWORD, session.get(User, lan).password)


def test_a_new_link_voids_the_one_before(session, now, lan):
    first, second = ask(session, now), ask(session, now)
    with pytest.raises(LinkUsed):
        reset(session, first, now)
    assert reset(session, second, now) == lan


def test_a_refused_password_leaves_the_link_usable(session, now, lan):
    token = ask(session, now)
    with pytest.raises(Invalid):
        reset(session, token, now, "12345678")
    assert reset(session, token, now) == lan


def test_a_link_is_good_for_its_own_purpose_only(session, now, lan):
    token = ask(session, now)
    with pytest.raises(LinkUsed), transaction(session):
        links.confirm_contact(session, token, now=now)
    assert reset(session, token, now) == lan


def add_app(session, user_id):
    codes = Authenticator("a key of the tests", "Market", demo=False)
    with transaction(session):
        user = session.get(User, user_id)
        user.tf_totp_secret, user.mf_recovery_codes = codes.generate_totp_secret(), ["x"]


def test_the_first_proof_of_a_contact_drops_what_a_stranger_added(session, now, lan):
    add_app(session, lan)
    reset(session, ask(session, now), now)
    assert queries.second_factors(session, lan) == queries.SecondFactors(False, [], 0)


def test_a_reset_never_drops_the_second_factor_of_an_office_role(session, now, lan):
    with transaction(session):
        people.grant_role(session, lan, role="reviewer", actor=people.HOUSE, now=now)
    add_app(session, lan)
    reset(session, ask(session, now), now)
    assert queries.second_factors(session, lan).totp is True


def test_a_reset_by_a_proved_contact_keeps_the_second_factor(session, now, lan):
    reset(session, ask(session, now), now)
    add_app(session, lan)
    reset(session, ask(session, now), now, "a third horse battery")
    assert queries.second_factors(session, lan).totp is True


def change_to(session, contact, user_id, now):
    before = len(notices(session))
    with transaction(session):
        links.ask_contact(session, contact, link=LINK, actor=Actor(user_id, "Lan"), now=now)
    return notices(session)[before].values["link"].removeprefix(LINK)


def confirm(session, token, now):
    with transaction(session):
        links.confirm_contact(session, token, now=now)


def test_a_new_contact_counts_once_its_link_was_opened(session, now, lan):
    token = change_to(session, "lan@example.com", lan, now)
    assert queries.user_card(session, lan).email is None
    confirm(session, token, now)
    card = queries.user_card(session, lan)
    assert (card.email, card.phone, card.confirmed) == ("lan@example.com", "+84912345678", True)
    assert session.get(User, lan).phone_proved_at is None
    with pytest.raises(LinkUsed):
        confirm(session, token, now)


def test_the_old_contact_hears_of_the_new_one(session, now, lan):
    confirm(session, change_to(session, "0977777777", lan, now), now)
    told = notices(session)[-1]
    assert (told.template, told.recipient) == ("accounts/contact_changed", "+84912345678")
    assert people.find_user(session, "0912345678") is None
    assert people.find_user(session, "0977777777") == lan


def test_confirming_the_contact_one_has_tells_nobody(session, now, lan):
    confirm(session, change_to(session, "0912345678", lan, now), now)
    assert [each.template for each in notices(session)] == ["accounts/contact"]
    assert session.get(User, lan).phone_proved_at == now


def test_a_contact_of_somebody_else_is_refused_and_nothing_changes(session, now, lan):
    with transaction(session):
        people.create_user(
            session, name="Minh", contact="minh@example.com", password=PASSWORD, lang=None, now=now
        )
    token = change_to(session, "minh@example.com", lan, now)
    with pytest.raises(ContactTaken):
        confirm(session, token, now)
    assert queries.user_card(session, lan).email is None


def test_contact_links_are_not_sent_without_end(session, now, lan):
    for _ in range(5):
        change_to(session, "lan@example.com", lan, now)
    with pytest.raises(TooManyTries):
        change_to(session, "lan@example.com", lan, now)


def test_a_changed_password_keeps_this_device_and_ends_the_others(session, now, lan):
    with transaction(session):
        this, other = (
            signing.open_sign_in(session, lan, stamp=None, device="", strong=False, now=now)
            for _ in range(2)
        )
    with transaction(session):
        stamp = links.change_password(
            session, this.sign_in_id, password=FRESH, actor=Actor(lan, "Lan"), now=now
        )
    assert queries.signed(session, this.sign_in_id).stamp == stamp != this.stamp
    assert queries.signed(session, other.sign_in_id) is None
    assert notices(session)[-1].template == "accounts/password_changed"


def test_a_guest_has_no_password_to_change(session, now):
    with pytest.raises(NotFound), transaction(session):
        links.change_password(session, "", password=FRESH, actor=GUEST, now=now)


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize(
    "name", ["reset", "contact", "contact_changed", "password_changed", "second_factor_changed"]
)
def test_every_message_has_a_subject_and_its_link(name, lang):
    values = {"market": "Chợ Phiên", "public_url": "https://m.example", "link": LINK, "name": "Lan"}
    subject, text = render(f"accounts/{name}", lang, values)
    assert "Chợ Phiên" in subject
    assert "https://m" in text

"""Personal data: consents in the words that were shown, requests with clocks, leaving."""

from datetime import date, timedelta
from hashlib import sha256

import pytest
import sqlalchemy as sa

from accounts import queries
from accounts.errors import StillNeeded
from accounts.models import Consent, DataRequest, SignIn, User
from accounts.rules import RequestKind, RequestState
from accounts.services.consents import give_consent, withdraw_consent
from accounts.services.leaving import delete_account
from accounts.services.people import create_user
from accounts.services.requests import (
    NewRequest,
    act_on_request,
    file_request,
    remind_of_requests,
)
from kernel.actor import GUEST, Actor
from kernel.audit import AuditEntry
from kernel.db import transaction
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from kernel.mail import Notice
from kernel.rules_table import seed_rules
from tests.conftest import NOW, post
from tests.people import sign_in_as

OFFICER = Actor(user_id="OFFICER", name="Cán bộ", roles=frozenset({"operator"}))
ANSWER = "We have sent you the file."


@pytest.fixture
def lan(session):
    with transaction(session):
        seed_rules(session, now=NOW)
        user_id = create_user(
            session,
            name="Lan Hương",
            contact="lan@example.com",
            password="correct horse battery",
            lang="vi",
            now=NOW,
        )
    return Actor(user_id=user_id, name="Lan Hương")


def give(session, actor, purpose="marketing", lang="vi"):
    with transaction(session):
        give_consent(
            session,
            purpose,
            subject=("user", actor.user_id),
            lang=lang,
            channel="me",
            actor=actor,
            now=NOW,
        )


def ask(session, actor, kind=RequestKind.ACCESS):
    with transaction(session):
        return file_request(
            session, NewRequest(kind, "What do you hold?", "vi"), actor=actor, now=NOW
        )


def act(session, request_id, action, answer=ANSWER, actor=OFFICER, now=NOW):
    with transaction(session):
        act_on_request(session, request_id, action=action, answer=answer, actor=actor, now=now)


def templates(session):
    return session.scalars(sa.select(Notice.template).order_by(Notice.id)).all()


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_consent_keeps_the_digest_of_exactly_the_text_that_was_shown(session, lan, lang):
    give(session, lan, lang=lang)
    give(session, lan, lang=lang)
    row = session.scalars(sa.select(Consent)).one()
    text = queries.consent_texts(session, on=NOW.date())["marketing"].text[lang]
    assert (row.text_digest, row.lang) == (sha256(text.encode()).hexdigest(), lang)
    assert (row.given_at, row.withdrawn_at, row.channel) == (NOW, None, "me")


def test_a_withdrawn_consent_stays_as_proof_and_can_be_given_again(session, lan):
    give(session, lan)
    with transaction(session):
        withdraw_consent(session, "marketing", actor=lan, now=NOW + timedelta(hours=1))
    give(session, lan)
    rows = queries.consents_of(session, lan.user_id)
    assert sorted(row.withdrawn_at is None for row in rows) == [False, True]
    with pytest.raises(NotFound), transaction(session):
        withdraw_consent(session, "vetting", actor=lan, now=NOW)


def test_nobody_agrees_for_a_purpose_that_does_not_exist_or_without_an_account(session, lan):
    with pytest.raises(NotFound):
        give(session, lan, purpose="profiling")
    with pytest.raises(NotAllowed):
        give(session, GUEST)
    assert session.scalars(sa.select(Consent)).all() == []


@pytest.mark.parametrize(
    ("kind", "days"),
    [
        (RequestKind.ACCESS, 10),
        (RequestKind.CORRECTION, 10),
        (RequestKind.DELETION, 20),
        (RequestKind.RESTRICTION, 15),
        (RequestKind.OBJECTION, 15),
        (RequestKind.WITHDRAWAL, 15),
    ],
)
def test_each_kind_of_request_has_its_clocks(session, lan, kind, days):
    row = session.get_one(DataRequest, ask(session, lan, kind))
    # Monday 23 November; the 24th is a public holiday, so two working days end on Thursday.
    assert row.ack_due == date(2026, 11, 26)
    assert row.done_due == date(2026, 11, 23) + timedelta(days=days)
    assert templates(session) == ["accounts/request_received"]


def test_a_request_goes_its_way_and_the_person_hears_of_each_step(session, lan):
    request_id = ask(session, lan, RequestKind.WITHDRAWAL)
    for action in ("acknowledge", "extend", "finish"):
        act(session, request_id, action)
    row = session.get_one(DataRequest, request_id)
    assert (row.state, row.answer, row.closed_at) == (RequestState.DONE, ANSWER, NOW)
    assert row.done_due == date(2026, 12, 23)
    assert sorted(templates(session)) == sorted(
        f"accounts/request_{step}" for step in ("received", "acknowledge", "extend", "finish")
    )
    audited = session.scalars(
        sa.select(AuditEntry.action).where(AuditEntry.subject_id == request_id)
    ).all()
    assert audited == [f"data_request.{x}" for x in ("receive", "acknowledge", "extend", "finish")]


@pytest.mark.parametrize(
    ("before", "action", "answer", "actor", "refusal"),
    [
        ([], "finish", ANSWER, OFFICER, Conflict),
        (["acknowledge", "extend"], "extend", ANSWER, OFFICER, Conflict),
        (["acknowledge"], "refuse", "no", OFFICER, Invalid),
        (["acknowledge", "refuse"], "finish", ANSWER, OFFICER, Conflict),
        (["acknowledge"], "nonsense", ANSWER, OFFICER, Conflict),
        ([], "acknowledge", ANSWER, GUEST, NotAllowed),
    ],
)
def test_a_step_that_is_not_in_the_table_is_refused_and_changes_nothing(
    session, lan, before, action, answer, actor, refusal
):
    request_id = ask(session, lan)
    for step in before:
        act(session, request_id, step)
    held = queries.data_request(session, request_id)
    with pytest.raises(refusal):
        act(session, request_id, action, answer=answer, actor=actor)
    assert queries.data_request(session, request_id) == held


def test_the_office_is_reminded_before_and_warned_after_once_a_day(session, lan):
    request_id = ask(session, lan, RequestKind.ACCESS)
    act(session, request_id, "acknowledge")

    def remind(day):
        with transaction(session):
            return remind_of_requests(
                session, office="so@example.vn", now=NOW + timedelta(days=day)
            )

    assert [remind(day) for day in (6, 7, 7, 10, 11)] == [0, 1, 0, 1, 1]
    told = session.scalars(
        sa.select(Notice.template).where(Notice.recipient == "so@example.vn").order_by(Notice.id)
    ).all()
    assert sorted(told) == ["accounts/request_due"] * 2 + ["accounts/request_late"]


def test_a_deleted_account_is_nowhere_by_name_and_its_log_stays(session, lan):
    give(session, lan)
    ask(session, lan)
    entries = session.scalar(sa.select(sa.func.count()).select_from(AuditEntry))
    with transaction(session):
        delete_account(session, actor=lan, now=NOW)
    user = session.get_one(User, lan.user_id)
    assert (user.full_name, user.phone, user.password, user.active) == ("", None, None, False)
    assert user.email == f"{lan.user_id.lower()}@deleted.invalid"
    assert session.scalars(sa.select(Notice)).all() == []
    assert session.scalars(sa.select(SignIn)).all() == []
    assert session.scalars(sa.select(Consent.withdrawn_at)).all() == [NOW]
    assert session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == entries + 1


def test_an_officer_cannot_delete_the_account(session, lan):
    from accounts.services.people import grant_role
    from kernel.actor import HOUSE

    with transaction(session):
        grant_role(session, lan.user_id, role="reviewer", actor=HOUSE, now=NOW)
    with pytest.raises(StillNeeded), transaction(session):
        delete_account(session, actor=lan, now=NOW)
    assert session.get_one(User, lan.user_id).email == "lan@example.com"


def test_the_pages_take_a_consent_a_request_and_a_guest(app, client, app_session):
    with transaction(app_session):
        seed_rules(app_session, now=NOW)
    sign_in_as(app, client, now=NOW)
    assert (
        post(client, "/me/privacy/consents/marketing/give", form="/me/privacy").status_code == 303
    )
    assert "Rút lại" in client.get("/me/privacy?lang=vi").get_data(as_text=True)
    url = "/me/privacy/consents/marketing/withdraw"
    assert post(client, url, form="/me/privacy").status_code == 303
    asked = {"kind": "access", "text": "Everything you hold, please."}
    assert post(client, "/me/privacy/requests", asked, form="/me/privacy").status_code == 303
    guest = app.test_client()
    wrong = asked | {"name": "Bình", "contact": "nobody"}
    assert post(guest, "/privacy/request", wrong).status_code == 422
    assert post(guest, "/privacy/request", wrong | {"contact": "b@example.com"}).status_code == 200
    assert app_session.scalar(sa.select(sa.func.count()).select_from(DataRequest)) == 2

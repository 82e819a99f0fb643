"""Names in events: a digest for everybody, words only where the person agreed, gone when asked."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from accounts.services.consents import give_consent, withdraw_consent
from accounts.services.leaving import delete_account
from accounts.services.people import create_user
from kernel.actor import Actor
from kernel.db import transaction
from kernel.errors import DomainError, NotFound
from kernel.events import OutboxMessage
from kernel.quantity import Unit
from tests.traceability.land import NOW, OFFICE, STRANGER
from tests.traceability.packhouse import WHY, Packhouse, events
from tests.traceability.proof.log import OFFICE as OFFICE_MAIL
from tests.traceability.proof.log import ORIGIN
from traceability import handlers
from traceability.models import Commitment, Lot
from traceability.proof.bundle import read_bundle, verify_bundle
from traceability.proof.commitments import HARVESTED_BY, PREFIX, RECORDED_BY, commitment
from traceability.queries.proof.checking import check_log
from traceability.queries.proof.lots import lot_proof
from traceability.queries.proof.names import people_named
from traceability.rules import Portion, UnitKind
from traceability.services import lots
from traceability.services.forgetting import forget_farmer
from traceability.services.lots.sales import Parcel
from traceability.services.proof.personal import forget_account, forget_person
from traceability.services.proof.signing import sign_when_due

NAME, WORKER = "Nguyễn Thị Hoa", "Bà Tư"


class House(Packhouse):
    """A packing house whose recorder has an account."""

    def __init__(self, session):
        super().__init__(session)
        user_id = self.run(
            create_user, name=NAME, contact="hoa@example.com", password="đường làng mưa", lang="vi"
        )
        self.recorder = Actor(user_id, NAME, frozenset(), {self.vendor_id: frozenset({"recorder"})})

    def agree(self):
        subject = ("user", self.recorder.user_id)
        told = {"subject": subject, "lang": "vi", "channel": "me", "actor": self.recorder}
        self.run(give_consent, "named_on_lot", **told)

    def sign(self, hours=1):
        with transaction(self.session) as session:
            at = NOW + timedelta(hours=hours)
            sign_when_due(session, origin=ORIGIN, office=OFFICE_MAIL, now=at)

    def told(self, lot_id, **more):
        code = self.session.get(Lot, lot_id).trace_code
        return lot_proof(self.session, trace_code=code, root="http://localhost", **more).told


@pytest.fixture
def house(session):
    return House(session)


def opened(told):
    return {(one["field"], one["value"]) for event in told["events"] for one in event["opened"]}


def problems(told):
    verdict = verify_bundle(read_bundle(json.dumps(told)), origin=ORIGIN)
    return [one.code for one in verdict.problems]


def commitments(session):
    return session.scalars(sa.select(Commitment).order_by(Commitment.event_seq)).all()


# -- which events say who


def harvest(house):
    house.harvest()


def pack(house):
    house.pack((house.harvest(), 5000))


def hold(house):
    house.run(lots.hold_lot, house.harvest(), reason=WHY, actor=house.recorder)


def release(house):
    lot_id = house.harvest(actor=house.owner)
    house.run(lots.hold_lot, lot_id, reason=WHY, actor=house.owner)
    chief = Actor(house.recorder.user_id, NAME, frozenset({"approver"}))
    house.run(lots.release_lot, lot_id, reason=WHY, actor=chief)


def recall(house):
    chief = Actor(house.recorder.user_id, NAME, frozenset({"approver"}))
    house.run(lots.recall_lot, house.harvest(actor=house.owner), reason=WHY, actor=chief)


def ship(house):
    house.ship((house.harvest(), 4000))


def fill(house):
    unit = house.run(
        lots.make_unit,
        vendor_id=house.vendor_id,
        kind=UnitKind.CRATE,
        name="",
        actor=house.recorder,
    )
    portions = (Portion(house.harvest(), 1000),)
    house.run(lots.pack_unit, unit, portions=portions, actor=house.recorder)


def waste(house):
    house.take(lots.note_waste, house.harvest(), 100)


def sample(house):
    house.take(lots.take_sample, house.harvest(), 100)


def send(house):
    portion = Portion(house.harvest(), 2000)
    parcel = Parcel(house.vendor_id, "DH1", ((portion, "line"),))
    house.run(lots.pick_portions, parcel, actor=house.recorder)
    house.run(lots.send_off, parcel, actor=house.recorder)


@pytest.mark.parametrize(
    ("act", "step"),
    [
        (harvest, "commissioning"),
        (pack, "packing"),
        (hold, "holding"),
        (release, "inspecting"),
        (recall, "holding"),
        (ship, "shipping"),
        (fill, "packing"),
        (waste, "destroying"),
        (sample, "sampling"),
        (send, "shipping"),
    ],
)
def test_the_event_holds_a_digest_of_who_did_it(house, session, act, step):
    act(house)
    event = events(session)[-1]
    assert event["bizStep"] == step
    row = commitments(session)[-1]
    assert event[RECORDED_BY] == PREFIX + row.digest
    house_words = json.dumps(events(session), ensure_ascii=False)
    assert NAME not in house_words
    assert row.person_id == house.recorder.user_id
    assert NAME not in row.value_sealed
    assert len(row.salt) == 16


def test_what_the_house_does_by_itself_names_nobody(house, session):
    house.harvest(actor=Actor(None, "x", frozenset(), house.recorder.memberships))
    assert commitments(session) == []
    assert RECORDED_BY not in events(session)[-1]


def test_each_name_has_a_salt_of_its_own(house, session):
    house.harvest()
    house.harvest()
    one, two = commitments(session)
    assert (one.fingerprint, one.digest != two.digest) == (two.fingerprint, True)


def test_who_harvested_stands_in_the_data_of_the_lot(house, session):
    house.harvest(worker=WORKER)
    ilmd = events(session)[-1]["ilmd"]
    row = next(one for one in commitments(session) if one.field == HARVESTED_BY)
    assert ilmd[HARVESTED_BY] == PREFIX + row.digest
    # Nobody asked for consent: there is no account.
    assert row.person_id is None


def test_what_was_taken_back_leaves_no_name(house, session):
    with pytest.raises(ZeroDivisionError), transaction(session):
        lots.record_harvest(
            session,
            house.season_id,
            facts=lots.HarvestFacts("k", NOW.date(), 100, Unit.GRAM, {}, WORKER),
            actor=house.recorder,
            now=NOW,
        )
        raise ZeroDivisionError
    assert commitments(session) == []


# -- who may read them


def test_a_name_is_opened_for_its_vendor_and_for_nobody_else(house, session):
    lot_id = house.harvest(worker=WORKER)
    house.sign()
    assert opened(house.told(lot_id)) == set()
    told = house.told(lot_id, open_all=True)
    assert opened(told) == {(RECORDED_BY, NAME), (HARVESTED_BY, WORKER)}
    assert problems(told) == []


def test_a_name_is_opened_for_all_while_the_person_agrees(house):
    lot_id = house.harvest(worker=NAME)
    house.sign()
    house.agree()
    told = house.told(lot_id)
    assert opened(told) == {(RECORDED_BY, NAME), (HARVESTED_BY, NAME)}
    assert problems(told) == []
    house.run(withdraw_consent, "named_on_lot", actor=house.recorder)
    assert opened(house.told(lot_id)) == set()


def test_the_consent_of_one_opens_nobody_elses_name(house):
    lot_id = house.harvest(worker=WORKER)
    house.sign()
    house.agree()
    assert opened(house.told(lot_id)) == {(RECORDED_BY, NAME)}


@pytest.mark.parametrize(
    "change",
    [
        {"value": "Nguyễn Thị Hoà"},
        {"salt": "AAAAAAAAAAAAAAAAAAAAAA=="},
        {"salt": ""},
        {"field": HARVESTED_BY},
        {"field": "market:record"},
    ],
)
def test_words_that_were_not_written_so_are_named(house, change):
    lot_id = house.harvest()
    house.sign()
    told = house.told(lot_id, open_all=True)
    told["events"][0]["opened"][0].update(change)
    assert problems(told) == ["commitment"]


def test_the_digest_is_that_of_salt_and_words(house, session):
    house.harvest()
    (row,) = commitments(session)
    assert commitment(row.salt, NAME) == PREFIX + row.digest


# -- forgetting


def erased(house, session, lot_id, before):
    """Hold that the log is whole, the events are as they were, and no name can be shown."""
    session.expire_all()
    assert check_log(session).faults == ()
    after = house.told(lot_id, open_all=True)
    assert [e["body"] for e in after["events"]] == [e["body"] for e in before["events"]]
    assert problems(after) == []
    return opened(after)


@pytest.fixture
def named(house):
    """A lot with two names in its signed event."""
    lot_id = house.harvest(worker=WORKER)
    house.sign()
    return lot_id, house.told(lot_id, open_all=True)


def test_who_deletes_the_account_is_named_nowhere(house, session, named):
    lot_id, before = named
    house.agree()
    house.run(delete_account, actor=house.recorder)
    # At once for everybody, before the worker came by.
    assert opened(house.told(lot_id)) == set()
    kinds = session.scalars(sa.select(OutboxMessage.kind)).all()
    assert "AccountDeleted" in kinds
    event = handlers.AccountDeleted(house.recorder.user_id)
    with transaction(session):
        handlers.on_account_deleted(session, event, NOW)
    assert erased(house, session, lot_id, before) == {(HARVESTED_BY, WORKER)}


def test_the_name_goes_where_others_wrote_it_down_as_a_workers(house, session):
    lot_id = house.harvest(worker=NAME, actor=house.owner)
    house.harvest()
    house.sign()
    before = house.told(lot_id, open_all=True)
    with transaction(session):
        assert forget_account(session, house.recorder.user_id) == 2
    assert erased(house, session, lot_id, before) == {(RECORDED_BY, house.owner.name)}


def test_a_vendor_that_is_forgotten_takes_all_names_along(house, session, named):
    lot_id, before = named
    with transaction(session):
        forget_farmer(session, house.vendor_id, now=NOW)
    assert commitments(session) == []
    assert erased(house, session, lot_id, before) == set()


def test_the_owner_erases_a_worker_who_asks(house, session, named):
    lot_id, before = named
    people = people_named(session, vendor_id=house.vendor_id, actor=house.owner)
    assert [(one.name, one.times) for one in people] == [(WORKER, 1), (NAME, 1)]
    for stranger in (house.recorder, STRANGER, OFFICE):
        with pytest.raises(DomainError):
            house.run(forget_person, people[0].key, vendor_id=house.vendor_id, actor=stranger)
    assert len(commitments(session)) == 2
    house.run(forget_person, people[0].key, vendor_id=house.vendor_id, actor=house.owner)
    assert erased(house, session, lot_id, before) == {(RECORDED_BY, NAME)}
    with pytest.raises(NotFound):
        house.run(forget_person, people[0].key, vendor_id=house.vendor_id, actor=house.owner)

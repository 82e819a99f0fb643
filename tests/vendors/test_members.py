"""Who works for a vendor, and as what; what a vendor says about itself."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from kernel.actor import Actor
from kernel.db import transaction
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from kernel.events import OutboxMessage
from kernel.mail import Notice
from tests.together import at_once
from tests.vendors.conftest import NOW, person
from vendors import queries
from vendors.errors import InvitationUsed
from vendors.services import inviting, members, presenting
from vendors.services.presenting import Profile

LINK = "https://cho.example.vn/join/"


def invite(house, vendor_id, contact="lan@example.vn", roles=("seller",), actor=None):
    return house.run(
        members.invite_member,
        vendor_id,
        contact=contact,
        roles=roles,
        link=LINK,
        actor=actor or house.owner,
    )


def roles_of(house, vendor_id):
    house.session.expire_all()
    return {one.name: list(one.roles) for one in queries.members(house.session, vendor_id)}


def test_somebody_with_an_account_is_let_in_and_told(house):
    vendor_id = house.approved()
    lan = house.run(lambda s, now: person(s, "lan@example.vn", "Lan"))
    assert invite(house, vendor_id, roles=("seller", "recorder")) == lan
    assert queries.memberships(house.session, lan) == {vendor_id: frozenset({"seller", "recorder"})}
    letter = house.session.scalars(sa.select(Notice).order_by(Notice.id.desc())).first()
    assert (letter.template, letter.recipient) == ("vendors/member_added", "lan@example.vn")


def token_of(house):
    """Return the token of the last invitation that was sent."""
    letters = sa.select(Notice).where(Notice.template == "vendors/invitation")
    letter = house.session.scalars(letters.order_by(Notice.id.desc())).first()
    return letter.values["link"].removeprefix(LINK)


def newcomer(house, *vendor_ids):
    lan = house.run(lambda s, now: person(s, "0987000001", "Lan"))
    return Actor(lan, "Lan", frozenset(), dict.fromkeys(vendor_ids, frozenset()))


def test_who_has_no_account_gets_a_link_and_joins_with_it_once(house):
    vendor_id = house.approved()
    assert invite(house, vendor_id, roles=("seller", "recorder")) is None
    assert len(queries.members(house.session, vendor_id)) == 1
    token, lan = token_of(house), newcomer(house)
    assert house.run(inviting.accept_invitation, token, actor=lan) == vendor_id
    assert roles_of(house, vendor_id)["Lan"] == ["recorder", "seller"]
    with pytest.raises(InvitationUsed):
        house.run(inviting.accept_invitation, token, actor=lan)


@pytest.mark.parametrize(("days", "works"), [(7, False), (6.99, True)])
def test_a_link_works_for_seven_days(house, days, works):
    vendor_id = house.approved()
    invite(house, vendor_id)
    later = NOW + timedelta(days=days)
    if works:
        house.run(inviting.accept_invitation, token_of(house), actor=newcomer(house), now=later)
    else:
        with pytest.raises(InvitationUsed):
            house.run(inviting.accept_invitation, token_of(house), actor=newcomer(house), now=later)
    assert ("Lan" in roles_of(house, vendor_id)) is works


def test_a_link_is_taken_back_and_a_second_one_ends_the_first(house):
    vendor_id = house.approved()
    invite(house, vendor_id)
    first = token_of(house)
    invite(house, vendor_id)
    lan = newcomer(house)
    with pytest.raises(InvitationUsed):
        house.run(inviting.accept_invitation, first, actor=lan)
    (card,) = queries.open_invitations(house.session, vendor_id, now=NOW)
    house.run(inviting.take_back_invitation, card.id, vendor_id=vendor_id, actor=house.owner)
    with pytest.raises(InvitationUsed):
        house.run(inviting.accept_invitation, token_of(house), actor=lan)


def test_a_stranger_takes_no_invitation_back(house):
    vendor_id = house.approved()
    invite(house, vendor_id)
    (card,) = queries.open_invitations(house.session, vendor_id, now=NOW)
    with pytest.raises(NotFound):
        house.run(
            inviting.take_back_invitation, card.id, vendor_id=vendor_id, actor=Actor("01X", "X")
        )
    assert queries.open_invitations(house.session, vendor_id, now=NOW) == [card]


def test_of_two_who_open_one_link_at_once_one_joins(house, maker):
    vendor_id = house.approved()
    invite(house, vendor_id)
    token = token_of(house)
    people = [
        Actor(house.run(lambda s, now, n=n: person(s, f"098700010{n}", f"P{n}")), f"P{n}")
        for n in range(4)
    ]

    def join(number):
        with maker() as session, transaction(session):
            inviting.accept_invitation(session, token, actor=people[number], now=NOW)

    outcomes = at_once(join, len(people))
    assert sum(isinstance(outcome, InvitationUsed) for outcome in outcomes) == 3
    assert len(roles_of(house, vendor_id)) == 2


@pytest.mark.parametrize("roles", [(), ("king",)])
def test_roles_are_chosen_from_the_list(house, roles):
    vendor_id = house.approved()
    with pytest.raises(Invalid):
        invite(house, vendor_id, contact="0912345678", roles=roles)


def test_only_an_owner_changes_people(house):
    vendor_id = house.approved()
    lan = house.run(lambda s, now: person(s, "lan@example.vn", "Lan"))
    invite(house, vendor_id)
    seller = Actor(lan, "Lan", frozenset(), {vendor_id: frozenset({"seller"})})
    with pytest.raises(NotAllowed):
        invite(house, vendor_id, roles=("owner",), actor=seller)
    with pytest.raises(NotAllowed):
        house.run(members.remove_member, vendor_id, user_id=house.user_id, actor=seller)
    with pytest.raises(NotFound):
        invite(house, vendor_id, actor=Actor("01X", "X"))
    assert roles_of(house, vendor_id) == {"Nguyễn Văn Thành": ["owner"], "Lan": ["seller"]}


def test_a_member_leaves_the_last_owner_does_not(house):
    vendor_id = house.approved()
    lan = house.run(lambda s, now: person(s, "lan@example.vn", "Lan"))
    invite(house, vendor_id)
    with pytest.raises(NotAllowed):
        house.run(members.remove_member, vendor_id, user_id=house.user_id, actor=house.owner)
    with pytest.raises(NotAllowed):
        invite(house, vendor_id, contact="0912345678", roles=("seller",))
    me = Actor(lan, "Lan", frozenset(), {vendor_id: frozenset({"seller"})})
    house.run(members.remove_member, vendor_id, user_id=lan, actor=me)
    assert roles_of(house, vendor_id) == {"Nguyễn Văn Thành": ["owner"]}
    with pytest.raises(NotFound):
        house.run(members.remove_member, vendor_id, user_id=lan, actor=house.owner)


def test_of_two_owners_who_leave_at_once_one_stays(house, maker):
    vendor_id = house.approved()
    lan = house.run(lambda s, now: person(s, "lan@example.vn", "Lan"))
    invite(house, vendor_id, roles=("owner",))
    people = [house.user_id, lan]
    house.session.close()

    def leave(number):
        me = Actor(people[number], "", frozenset(), {vendor_id: frozenset({"owner"})})
        with maker() as session, transaction(session):
            members.remove_member(session, vendor_id, user_id=people[number], actor=me, now=NOW)

    results = at_once(leave, 2)
    assert sorted(type(one).__name__ for one in results) == ["NoneType", "NotAllowed"]
    assert len(queries.members(house.session, vendor_id)) == 1


def test_memberships_cost_one_statement(house):
    vendor_id = house.approved()
    statements = []
    sa.event.listen(
        house.session.get_bind(), "before_cursor_execute", lambda *args: statements.append(args[2])
    )
    assert queries.memberships(house.session, house.user_id) == {vendor_id: frozenset({"owner"})}
    assert len([one for one in statements if one.startswith("SELECT")]) == 1


def test_a_vendor_tells_its_story(house):
    vendor_id = house.approved()
    profile = Profile("+84987654321", None, {"vi": "Cà rốt từ 1990.", "en": "Carrots since 1990."})
    house.run(presenting.save_profile, vendor_id, profile=profile, actor=house.owner)
    shown = queries.public_vendor(house.session, "htx-duc-chinh")
    assert (shown.story, shown.phone, shown.email) == (profile.story, "+84987654321", None)
    kinds = house.session.scalars(sa.select(OutboxMessage.kind)).all()
    assert kinds.count("VendorChanged") == 1


def test_a_closed_vendor_tells_nothing(house):
    vendor_id = house.under_review()
    house.decide(vendor_id, "reject")
    with pytest.raises(Conflict):
        house.run(
            presenting.save_profile,
            vendor_id,
            profile=Profile("+84987654321", None),
            actor=house.owner,
        )

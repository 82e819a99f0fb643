"""An owner gives partners tokens, sees them once, and takes them back."""

import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from kernel import audit
from kernel.errors import Invalid, NotAllowed, NotFound
from tests.conftest import post
from tests.traceability.land import NOW, Land
from tests.traceability.partners import ROOT
from traceability.models import PartnerToken
from traceability.queries.partners import partner_of, tokens_of
from traceability.services.partners import Grant, make_token, revoke_token, token_digest

SHOP = Grant("Siêu thị Hồng", may_read=True, may_capture=False)


def test_a_token_is_kept_as_its_digest_only(session):
    land = Land(session)
    token = land.run(make_token, land.vendor_id, grant=SHOP, actor=land.owner)
    row = session.scalars(sa.select(PartnerToken)).one()
    assert len(token) >= 40
    assert token not in str(vars(row))
    assert (row.digest, row.ending) == (token_digest(token), token[-4:])
    partner = partner_of(session, token_digest(token), today=NOW.date())
    assert (partner.vendor_id, partner.may_read, partner.may_capture) == (
        land.vendor_id,
        True,
        False,
    )
    (entry,) = audit.trail(session, {"partner_token": [row.id]}, page=1, size=5).items
    assert entry.action == "partner_token.made"


def test_a_token_ends_after_its_day(session):
    land = Land(session)
    grant = Grant("Kho lạnh", may_read=True, may_capture=True, ends_on=date(2026, 11, 30))
    digest = token_digest(land.run(make_token, land.vendor_id, grant=grant, actor=land.owner))
    assert partner_of(session, digest, today=date(2026, 11, 30))
    assert partner_of(session, digest, today=date(2026, 12, 1)) is None


@pytest.mark.parametrize(
    ("grant", "field"),
    [
        (Grant(" ", may_read=True, may_capture=True), "name"),
        (Grant("x" * 81, may_read=True, may_capture=True), "name"),
        (Grant("Shop", may_read=False, may_capture=False), "may_read"),
        (Grant("Shop", may_read=True, may_capture=True, ends_on=date(2026, 11, 22)), "ends_on"),
    ],
)
def test_a_grant_says_who_what_and_until_when(session, grant, field):
    land = Land(session)
    with pytest.raises(Invalid) as refused:
        land.run(make_token, land.vendor_id, grant=grant, actor=land.owner)
    assert refused.value.field == field
    assert tokens_of(session, vendor_id=land.vendor_id, actor=land.owner) == []


def test_only_an_owner_gives_and_takes(session):
    land, other = Land(session), Land(session, "V02")
    land.run(make_token, land.vendor_id, grant=SHOP, actor=land.owner)
    token_id = session.scalars(sa.select(PartnerToken.id)).one()
    ours, theirs = {"vendor_id": land.vendor_id}, {"vendor_id": other.vendor_id}
    with pytest.raises(NotAllowed):
        land.run(revoke_token, token_id, **ours, actor=land.recorder)
    with pytest.raises(NotFound):
        land.run(revoke_token, token_id, **theirs, actor=other.owner)
    with pytest.raises(NotAllowed):
        tokens_of(session, **ours, actor=land.recorder)
    assert session.get(PartnerToken, token_id).revoked_at is None


def test_the_page_shows_a_token_once_and_revokes_it(client, app_land, sign_in):
    sign_in(vendor=app_land.vendor_id, vendor_roles=["owner"])
    page = f"/work/{app_land.vendor_id}/farm/partners"
    made = post(client, page, {"name": "Siêu thị Hồng", "may_read": "y"})
    assert (made.status_code, made.headers["Cache-Control"]) == (200, "no-store")
    token = re.search(r"<code>(epcis_[\w-]{43})</code>", made.text)[1]
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get(f"{ROOT}/events", headers=headers).status_code == 200
    shown = client.get(page).text
    assert token not in shown
    assert f"…{token[-4:]}" in shown
    post(client, re.search(rf"{page}/\w+/revoke", shown)[0], form=page)
    assert client.get(f"{ROOT}/events", headers=headers).status_code == 401


def test_a_form_without_anything_allowed_comes_back(client, app_land, sign_in):
    sign_in(vendor=app_land.vendor_id, vendor_roles=["owner"])
    page = f"/work/{app_land.vendor_id}/farm/partners"
    answer = post(client, page, {"name": "Siêu thị", "may_capture": ""})
    assert answer.status_code == 422
    assert "Siêu thị" in answer.text
    past = (NOW - timedelta(days=2)).date().isoformat()
    answer = post(client, page, {"name": "Siêu thị", "may_read": "y", "ends_on": past})
    assert answer.status_code == 422

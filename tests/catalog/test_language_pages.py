"""The vendor's pages about the languages of its offers."""

import pytest
import sqlalchemy as sa

from catalog.models import ListingLanguage
from catalog.rules.addresses import LanguageState
from kernel.audit import AuditEntry
from kernel.db import transaction
from tests.catalog import shelves
from tests.conftest import NOW, post


@pytest.fixture
def room(client, app_session, sign_in):
    """The workspace of V1, with two imported listings, and its seller at the door."""
    shelves.open_shelves(app_session, NOW)
    shelves.add(app_session, NOW)
    shelves.add(app_session, NOW, "OI", title={"vi": "Ổi Thanh Hà"})
    vendor = shelves.vendor_id(app_session)
    app_session.commit()
    sign_in(vendor=vendor, vendor_roles=["seller"])
    return f"/work/{vendor}/listings"


def english(session) -> ListingLanguage:
    listing = shelves.listing(session)
    return session.get(ListingLanguage, (listing.id, "en"), populate_existing=True)


def test_the_list_shows_every_language_and_can_be_narrowed(client, room):
    whole = client.get(f"{room}/languages?lang=en").text
    assert "VAI/languages" in whole
    assert "English: Missing" in whole
    assert "Vietnamese: Nobody has looked at it" in whole
    lacking = client.get(f"{room}/languages?state=missing").text
    assert "OI/languages" in lacking
    assert "VAI/languages" not in lacking
    for strange in ("?state=x", "?page=-3", "?page=99999999999999999999", "?page=x"):
        assert client.get(f"{room}/languages{strange}").status_code == 200


def test_a_look_is_noted_once_and_leads_back(client, room, app_session):
    page = client.get(f"{room}/VAI/languages?lang=en").text
    assert page.count("I have looked at these words") == 2
    digest = english(app_session).digest
    answer = post(client, f"{room}/VAI/languages", {"lang": "en", "digest": digest})
    assert (answer.status_code, answer.location) == (303, f"{room}/VAI/languages")
    app_session.commit()
    row = english(app_session)
    assert (row.state, row.seen_at) == (LanguageState.WRITTEN, NOW)
    noted = sa.select(AuditEntry).where(AuditEntry.action == "listing.language_seen")
    assert len(app_session.scalars(noted).all()) == 1


def test_words_that_changed_meanwhile_are_shown_again(client, room, app_session):
    seen = english(app_session).digest
    app_session.commit()
    with transaction(app_session):
        shelves.listing(app_session)
    shelves.add(app_session, NOW, title={"vi": "Vải thiều Thanh Hà", "en": "Other words"})
    app_session.commit()
    answer = post(client, f"{room}/VAI/languages?lang=en", {"lang": "en", "digest": seen})
    assert answer.status_code == 409
    assert "Other words" in answer.text
    assert english(app_session).state is LanguageState.UNSEEN


@pytest.mark.parametrize(
    ("lang", "digest", "status"),
    [("fr", "", 422), ("", "", 422), ("en", "x" * 9000, 409), ("vi", "", 409)],
)
def test_a_strange_button_changes_nothing(client, room, app_session, lang, digest, status):
    answer = post(client, f"{room}/VAI/languages", {"lang": lang, "digest": digest})
    assert answer.status_code == status
    assert english(app_session).state is LanguageState.UNSEEN


def test_a_listing_of_nobody_has_no_languages(client, room):
    assert client.get(f"{room}/NOTHING/languages").status_code == 404

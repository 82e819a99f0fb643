"""Addresses that lead on, and languages that somebody looked at."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import EditedMeanwhile
from catalog.models import Category, ListingLanguage, PageAddress
from catalog.queries.addresses import moved, moved_listing, worded, worded_listing
from catalog.rules import ListingKind
from catalog.rules.addresses import (
    AddressKind,
    LanguageState,
    chosen_slug,
    lacking,
    shelf_slugs,
    slugs_of,
)
from catalog.services.addresses import keep_address, keep_shelf_addresses, mark_seen
from catalog.services.listings import ListingDraft, create_listing, edit_listing
from kernel.db import transaction
from kernel.errors import Invalid, NotFound
from kernel.i18n import pick, spoken
from kernel.quantity import Unit
from tests.catalog import shelves
from tests.conftest import NOW
from tests.together import at_once

LATER = NOW + timedelta(days=1)
TITLE = {"vi": "Vải thiều Thanh Hà", "en": "Thanh Ha lychee"}


@pytest.fixture
def stand(session):
    shelves.open_shelves(session, NOW)
    return session


def addresses(session, kind=AddressKind.LISTING) -> set[tuple[str, str, bool]]:
    rows = session.scalars(
        sa.select(PageAddress)
        .where(PageAddress.kind == kind)
        .execution_options(populate_existing=True)
    )
    return {(row.lang, row.slug, row.until is None) for row in rows}


def stands(session, code="VAI") -> dict[str, LanguageState]:
    listing = shelves.listing(session, code)
    rows = session.scalars(
        sa.select(ListingLanguage)
        .where(ListingLanguage.listing_id == listing.id)
        .execution_options(populate_existing=True)
    )
    return {row.lang: row.state for row in rows}


def draft(session, **wishes) -> ListingDraft:
    plain = ListingDraft(
        kind=ListingKind.PRODUCE,
        category_id=shelves.category_id(session),
        title=TITLE,
        unit=Unit.GRAM,
    )
    return replace(plain, **wishes)


def write(session, **wishes) -> str:
    vendor = shelves.vendor_id(session)
    with transaction(session):
        return create_listing(
            session,
            vendor,
            draft=draft(session, **wishes),
            actor=shelves.seller(vendor),
            now=NOW,
        )


def edit(session, code, now=LATER, **wishes) -> None:
    vendor = shelves.vendor_id(session)
    with transaction(session):
        edit_listing(
            session,
            vendor,
            code=code,
            draft=draft(session, **wishes),
            seen_version=shelves.listing(session, code).version,
            actor=shelves.seller(vendor),
            now=now,
        )


def see(session, code, lang="en", digest=None, actor=None) -> None:
    vendor = shelves.vendor_id(session)
    found = worded_listing(session, vendor_id=vendor, code=code)
    wanted = next((one for one in found.wordings if one.lang == lang), None)
    with transaction(session):
        mark_seen(
            session,
            vendor,
            code=code,
            lang=lang,
            digest=digest or (wanted.digest if wanted else ""),
            actor=actor or shelves.seller(vendor),
            now=LATER,
        )


def test_a_listing_has_an_address_in_each_language_from_the_beginning(stand):
    write(stand)
    assert addresses(stand) == {
        ("vi", "vai-thieu-thanh-ha", True),
        ("en", "thanh-ha-lychee", True),
    }


def test_a_title_that_changes_leaves_its_old_address_behind_in_that_language_only(stand):
    code = write(stand)
    edit(stand, code, title=TITLE | {"en": "Early lychee"})
    assert addresses(stand) == {
        ("vi", "vai-thieu-thanh-ha", True),
        ("en", "thanh-ha-lychee", False),
        ("en", "early-lychee", True),
    }
    listing = shelves.listing(stand, code)
    assert moved_listing(stand, listing.id, "thanh-ha-lychee") == "en"
    assert moved_listing(stand, listing.id, "never") is None


def test_a_title_that_comes_back_takes_its_old_address_again(stand):
    code = write(stand)
    edit(stand, code, title={"vi": "Vải u hồng"})
    edit(stand, code, title=TITLE)
    assert ("vi", "vai-thieu-thanh-ha", True) in addresses(stand)
    assert ("vi", "vai-u-hong", False) in addresses(stand)


def test_an_address_given_up_by_one_and_taken_by_another_leads_to_the_newer_one(stand):
    first = write(stand)
    edit(stand, first, title={"vi": "Vải lai"})
    was = moved(stand, AddressKind.LISTING, "vai-thieu-thanh-ha")
    assert was.subject_id == shelves.listing(stand, first).id
    second = write(stand)
    assert moved(stand, AddressKind.LISTING, "vai-thieu-thanh-ha").subject_id == (
        shelves.listing(stand, second).id
    )
    # Given up by both: who had it last.
    edit(stand, second, title={"vi": "Vải chín muộn"})
    assert moved(stand, AddressKind.LISTING, "vai-thieu-thanh-ha").subject_id == (
        shelves.listing(stand, second).id
    )


def test_a_page_never_has_two_addresses_in_one_language(maker, stand):
    """Of those who name it at once each waits for the other, or is refused by the index."""
    code = write(stand)
    listing_id = shelves.listing(stand, code).id
    stand.commit()

    def rename(number):
        with maker() as session, transaction(session):
            slugs = {"vi": f"ten-{number}", "en": "lychee"}
            keep_address(session, AddressKind.LISTING, listing_id, slugs=slugs, now=LATER)

    refused = [error for error in at_once(rename, 4) if error is not None]
    assert all(isinstance(error, sa.exc.IntegrityError) for error in refused)
    assert len(refused) < 4
    taken = [slug for lang, slug, is_taken in addresses(stand) if lang == "vi" and is_taken]
    assert len(taken) == 1
    assert taken[0].startswith("ten-")


def test_shelves_follow_their_names_and_lead_on(stand):
    assert ("en", "fruit", True) in addresses(stand, AddressKind.CATEGORY)
    with transaction(stand):
        shelf = stand.scalar(sa.select(Category).where(Category.slug == "trai-cay"))
        shelf.slug, shelf.name = "hoa-qua", {"vi": "Hoa quả", "en": "Fruits"}
        keep_shelf_addresses(stand, now=LATER)
    found = addresses(stand, AddressKind.CATEGORY)
    assert {("en", "fruit", False), ("vi", "trai-cay", False), ("vi", "hoa-qua", True)} <= found
    assert moved(stand, AddressKind.CATEGORY, "fruit").lang == "en"


def test_a_translated_shelf_yields_to_the_own_slug_of_another():
    found = shelf_slugs(
        [
            ("a", "na", {"vi": "Na", "en": "Custard apple"}),
            ("b", "tao", {"vi": "Táo", "en": "Na"}),
            ("c", "mang-cau", {"vi": "Mãng cầu", "en": "Custard apple"}),
        ]
    )
    assert found == {
        "a": {"vi": "na", "en": "custard-apple"},
        "b": {"vi": "tao", "en": "tao"},
        "c": {"vi": "mang-cau", "en": "mang-cau"},
    }


@pytest.mark.parametrize(
    ("title", "english"),
    [
        ({"vi": "Vải", "en": "Lychee"}, "lychee"),
        ({"vi": "Vải"}, "vai"),
        ({"vi": "Vải", "en": ""}, "vai"),
        ({"vi": "Vải", "en": "荔枝"}, "vai"),
    ],
)
def test_a_title_without_letters_for_an_address_falls_back(title, english):
    assert slugs_of("vai", title) == {"vi": "vai", "en": english}


@given(
    st.dictionaries(st.sampled_from(["vi", "en"]), st.text(max_size=40)),
    st.text(max_size=40),
    st.none() | st.sampled_from(["vi", "en", "fr", ""]),
    st.none() | st.sampled_from(["vi", "en", "xx"]),
)
def test_no_redirect_leads_to_another(title, asked, wish, was):
    slugs = slugs_of("vai", title)
    shown = chosen_slug(slugs, asked, wish, was)
    assert shown in slugs.values()
    for then in (None, "vi", "en"):
        assert chosen_slug(slugs, shown, wish, then) == shown


def test_a_slug_leads_on_in_its_own_language_and_in_the_one_wished_for():
    slugs = {"vi": "vai", "en": "lychee"}
    assert chosen_slug(slugs, "old-lychee", None, "en") == "lychee"
    assert chosen_slug(slugs, "old-lychee", "vi", "en") == "vai"
    assert chosen_slug(slugs, "anything", None, None) == "vai"
    assert chosen_slug(slugs, "lychee", "vi", None) == "lychee"


@pytest.mark.parametrize(
    ("text", "lang", "said"),
    [
        ({"vi": "Vải", "en": "Lychee"}, "en", "en"),
        ({"vi": "Vải", "en": ""}, "en", "vi"),
        ({"en": "Lychee"}, "vi", "en"),
        ({}, "vi", ""),
        (None, "en", ""),
    ],
)
def test_the_language_of_a_wording_is_told_as_it_is_picked(text, lang, said):
    assert spoken(text, lang) == said
    assert pick(text, lang) == ((text or {}).get(said, ""))


def test_what_a_person_writes_is_written_and_what_is_not_there_is_missing(stand):
    code = write(stand, title={"vi": "Vải"})
    assert stands(stand, code) == {"vi": LanguageState.WRITTEN, "en": LanguageState.MISSING}


def test_what_an_import_brings_is_unseen_until_somebody_looks(stand):
    shelves.add(stand, NOW)
    assert stands(stand) == {"vi": LanguageState.UNSEEN, "en": LanguageState.UNSEEN}
    see(stand, "VAI")
    assert stands(stand) == {"vi": LanguageState.UNSEEN, "en": LanguageState.WRITTEN}
    # The same table again changes nothing; other words do.
    shelves.add(stand, NOW)
    assert stands(stand)["en"] is LanguageState.WRITTEN
    shelves.add(stand, NOW, title=TITLE | {"en": "Lychee of Thanh Ha"})
    assert stands(stand)["en"] is LanguageState.UNSEEN


def test_an_edit_makes_written_only_the_language_that_it_changes(stand):
    shelves.add(stand, NOW)
    edit(stand, "VAI", title=TITLE | {"en": "Lychee"}, summary={"vi": shelves.row().summary["vi"]})
    assert stands(stand) == {"vi": LanguageState.UNSEEN, "en": LanguageState.UNSEEN}


def test_words_that_changed_meanwhile_are_not_seen(stand):
    shelves.add(stand, NOW)
    with pytest.raises(EditedMeanwhile):
        see(stand, "VAI", digest="0" * 64)
    assert stands(stand)["en"] is LanguageState.UNSEEN


@pytest.mark.parametrize("lang", ["fr", "", "x" * 5000])
def test_only_a_language_of_the_market_can_be_seen(stand, lang):
    shelves.add(stand, NOW)
    with pytest.raises(Invalid) as refused:
        see(stand, "VAI", lang=lang, digest="x")
    assert refused.value.field == "lang"


def test_a_stranger_sees_nothing(stand):
    shelves.add(stand, NOW)
    with pytest.raises(NotFound):
        see(stand, "VAI", actor=shelves.seller(shelves.vendor_id(stand, "V2")))
    assert stands(stand)["en"] is LanguageState.UNSEEN


def test_the_list_tells_what_lacks_english_and_what_nobody_looked_at(stand):
    shelves.add(stand, NOW)
    shelves.add(stand, NOW, "OI", title={"vi": "Ổi"})
    vendor = shelves.vendor_id(stand)

    def codes(state, lang=None):
        rows = worded(stand, vendor_id=vendor, state=state, lang=lang)
        return {row.code for row in rows.items}

    assert codes(None) == {"VAI", "OI"}
    assert codes(LanguageState.MISSING, "en") == {"OI"}
    assert codes(LanguageState.UNSEEN) == {"VAI", "OI"}
    see(stand, "OI", "vi")
    assert codes(LanguageState.UNSEEN) == {"VAI"}


def test_a_language_lacks_the_fields_that_only_the_other_has():
    texts = {
        "title": {"vi": "Vải", "en": "Lychee"},
        "summary": {"vi": "Ngọt."},
        "description": {},
    }
    assert lacking(texts, "en") == ("summary",)
    assert lacking(texts, "vi") == ()

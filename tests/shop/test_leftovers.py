"""Files of pictures that a diary lets go: deleted after the commit, unless somebody names them."""

import io
from dataclasses import replace

import pytest
import sqlalchemy as sa
from PIL import Image

from kernel.db import transaction
from kernel.ids import new_id
from kernel.jobs import drain, outside
from kernel.pictures import files_of, store_picture
from kernel.storage import LocalStorage
from shop.leftovers import delete_pictures_in
from tests.traceability.land import NOW, SPRAY, Land, count
from traceability.events import PicturesLeft
from traceability.models import DiaryPhoto
from traceability.services.correcting import take_correction
from traceability.services.forgetting import forget_farmer
from traceability.services.photos import note_photo
from traceability.services.recorder import Extra, Sent, take_entry


@pytest.fixture
def land(session) -> Land:
    return Land(session)


@pytest.fixture
def storage(tmp_path) -> LocalStorage:
    return LocalStorage(tmp_path)


@pytest.fixture
def picture(storage):
    file = io.BytesIO()
    Image.new("RGB", (64, 48), "#3f6d35").save(file, "JPEG")
    return store_picture(storage, file.getvalue())


def show(land: Land, picture) -> str:
    """Write an entry that shows a picture, which has come; return its id."""
    facts = replace(SPRAY, client_key=new_id())
    sent = Sent(land.season_id, facts, Extra(media=(picture.digest,)))
    made = land.run(take_entry, land.vendor_id, sent=sent, actor=land.recorder)
    land.run(note_photo, land.vendor_id, picture=picture, actor=land.recorder)
    return made.id


def work(maker, storage) -> None:
    """Let the worker hear what happened."""
    reactions = {PicturesLeft: (outside("diary.pictures", delete_pictures_in(storage)),)}
    drain(maker, reactions, now=NOW)


def here(storage, picture) -> set[bool]:
    return {storage.exists(key) for key in files_of(picture.digest)}


def test_with_a_forgotten_vendor_its_pictures_go_after_the_commit(land, maker, storage, picture):
    show(land, picture)
    with transaction(land.session) as session:
        forget_farmer(session, land.vendor_id, now=NOW)
        assert here(storage, picture) == {True}
    assert here(storage, picture) == {True}
    work(maker, storage)
    assert here(storage, picture) == {False}
    assert count(land.session, DiaryPhoto) == 0


def test_what_was_not_committed_deletes_nothing(land, maker, storage, picture):
    show(land, picture)
    forget_farmer(land.session, land.vendor_id, now=NOW)
    land.session.rollback()
    work(maker, storage)
    assert here(storage, picture) == {True}


def test_a_picture_that_another_diary_shows_stays_for_it(land, maker, storage, picture):
    other = Land(land.session, "V02")
    show(land, picture)
    show(other, picture)
    land.run(forget_farmer, land.vendor_id)
    work(maker, storage)
    assert here(storage, picture) == {True}
    land.run(forget_farmer, other.vendor_id)
    work(maker, storage)
    assert here(storage, picture) == {False}


def test_a_picture_that_a_correction_took_away_goes_and_a_second_entry_keeps_it(
    land, maker, storage, picture
):
    entries = [show(land, picture), show(land, picture)]
    for entry_id, left in zip(entries, (True, False), strict=True):
        land.run(
            take_correction,
            land.vendor_id,
            entry_id,
            sent=Sent(land.season_id, replace(SPRAY, client_key=new_id())),
            reason="Nhầm ảnh",
            actor=land.recorder,
        )
        work(maker, storage)
        assert here(storage, picture) == {left}
        shown = land.session.scalars(sa.select(DiaryPhoto.digest)).all()
        assert bool(shown) is left
        land.session.rollback()

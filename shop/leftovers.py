"""Files of pictures go when neither a diary nor the goods name them any more."""

from datetime import datetime

from sqlalchemy.orm import Session

from catalog.queries.naming import goods_name
from kernel.jobs import Run
from kernel.pictures import files_of
from kernel.storage import Storage
from traceability.events import PicturesLeft
from traceability.queries.photos import diary_names


def delete_pictures_in(storage: Storage) -> Run:
    """Return what deletes the files of pictures that were let go; done again, nothing is left to do.

    It runs after the commit, and looks anew: who names a picture by now keeps it.
    """

    def delete_pictures(session: Session, event: PicturesLeft, now: datetime) -> None:
        del now
        for digest in event.digests:
            if diary_names(session, digest) or goods_name(session, digest):
                continue
            for key in files_of(digest):
                storage.delete(key)

    return delete_pictures

"""Pictures of the diary: named by entries, sent in pieces, deleted when nobody names them.

A phone on a bad network sends a picture piece by piece and goes on where it was cut off.
"""

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kernel.actor import Actor
from kernel.db import lock
from kernel.errors import Invalid, NotFound
from kernel.events import emit
from kernel.messages import msg
from kernel.pictures import Picture
from traceability.events import PicturesLeft
from traceability.models import DiaryPhoto, DiaryPiece
from traceability.queries.photos import names_one_of

MOST_BYTES = 6 * 1024 * 1024
MOST_PIECE_BYTES = 512 * 1024
LEAST_PIECE_BYTES = 4 * 1024
"""Only the last piece of a picture is smaller."""

MOST_OPEN = 40
"""So many pictures of a vendor may be on their way; then the one longest untouched begins anew."""

KEPT = timedelta(days=7)
_MOST_IN_ONE_EVENT = 500


@dataclass(frozen=True)
class Piece:
    """Some bytes of a picture: ``start`` is the place of the first, ``total`` how many there are."""

    start: int
    total: int
    data: bytes


def name_photos(session: Session, vendor_id: str, digests: Iterable[str], *, now: datetime) -> None:
    """Note which pictures are still to come."""
    wanted = tuple(dict.fromkeys(digests))
    if not wanted:
        return
    known = set(
        session.scalars(
            sa.select(DiaryPhoto.digest).where(
                DiaryPhoto.vendor_id == vendor_id, DiaryPhoto.digest.in_(wanted)
            )
        )
    )
    for digest in wanted:
        if digest not in known:
            _name(session, DiaryPhoto(vendor_id=vendor_id, digest=digest, named_at=now))


def _name(session: Session, row: DiaryPhoto) -> None:
    """Add a row, unless the same entry comes by another way in this moment."""
    with suppress(IntegrityError), session.begin_nested():
        session.add(row)


def need_named(session: Session, vendor_id: str, digest: str, *, actor: Actor) -> bool:
    """Tell whether a picture is here already, before its bytes are looked at.

    :raises Invalid: for one that no entry of this vendor names.
    """
    actor.need_at(vendor_id, "recorder")
    found = session.execute(
        sa.select(DiaryPhoto.stored_at).where(
            DiaryPhoto.vendor_id == vendor_id, DiaryPhoto.digest == digest
        )
    ).first()
    if found is None:
        raise Invalid(msg("No entry of this diary names that picture."), field="photos")
    return found.stored_at is not None


def take_piece(
    session: Session, vendor_id: str, digest: str, *, piece: Piece, actor: Actor, now: datetime
) -> int:
    """Keep a piece that follows what is here; return how many bytes are here now.

    Any other piece (sent again, or too far on) changes nothing: the phone goes on from there.

    :raises Invalid: for a piece that cannot be one.
    :raises NotFound: for a picture that no entry names.
    """
    actor.need_at(vendor_id, "recorder")
    _need_piece(piece)
    row = _locked(session, vendor_id, digest)
    if row.stored_at is not None:
        return piece.total
    here = _here(session, row.id)
    if piece.start != here or not piece.data:
        return here
    if piece.start == 0:
        _make_room(session, vendor_id)
    session.add(DiaryPiece(photo_id=row.id, start=here, data=piece.data, at=now))
    session.flush()
    return here + len(piece.data)


def joined(session: Session, vendor_id: str, digest: str, *, actor: Actor) -> bytes:
    """Return the bytes of a picture that are here."""
    actor.need_at(vendor_id, "recorder")
    pieces = session.scalars(
        sa.select(DiaryPiece.data)
        .join(DiaryPhoto, DiaryPhoto.id == DiaryPiece.photo_id)
        .where(DiaryPhoto.vendor_id == vendor_id, DiaryPhoto.digest == digest)
        .order_by(DiaryPiece.start)
    )
    return b"".join(pieces)


def drop_pieces(session: Session, vendor_id: str, digest: str, *, actor: Actor) -> None:
    """Forget the pieces of a picture that came to nothing: it begins anew."""
    actor.need_at(vendor_id, "recorder")
    _drop(session, [_locked(session, vendor_id, digest).id])


def note_photo(
    session: Session, vendor_id: str, *, picture: Picture, actor: Actor, now: datetime
) -> None:
    """Note that a picture came; coming again, it stays as it was.

    :raises NotFound: for one that no entry names.
    """
    actor.need_at(vendor_id, "recorder")
    row = _locked(session, vendor_id, picture.digest)
    if row.stored_at is None:
        row.stored_at, row.stored_by = now, actor.user_id
        row.width, row.height = picture.width, picture.height
    _drop(session, [row.id])


def leave_photos(
    session: Session, vendor_id: str, digests: Collection[str], *, now: datetime
) -> None:
    """Let go of pictures that a correction took away and no entry of the vendor shows any more.

    The corrected entry keeps their digests; the files go when nobody else names them.
    """
    for digest in sorted(digests):
        if not session.scalar(sa.select(names_one_of([digest], vendor_id=vendor_id))):
            _forget(session, vendor_id, DiaryPhoto.digest == digest, now)


def forget_photos(session: Session, vendor_id: str, *, now: datetime) -> None:
    """Let go of all pictures of a vendor."""
    _forget(session, vendor_id, sa.true(), now)


def purge_pieces(session: Session, now: datetime) -> int:
    """Forget what came of pictures that nobody went on sending for a week; return of how many."""
    old = session.scalars(
        sa.select(DiaryPiece.photo_id)
        .group_by(DiaryPiece.photo_id)
        .having(sa.func.max(DiaryPiece.at) < now - KEPT)
        .limit(200)
    ).all()
    _drop(session, old)
    return len(old)


def _need_piece(piece: Piece) -> None:
    end = piece.start + len(piece.data)
    fits = piece.start >= 0 and 0 < piece.total <= MOST_BYTES and end <= piece.total
    is_last = end == piece.total
    if not fits or not (is_last or LEAST_PIECE_BYTES <= len(piece.data) <= MOST_PIECE_BYTES):
        raise Invalid(field="photos")


def _locked(session: Session, vendor_id: str, digest: str) -> DiaryPhoto:
    photo_id = session.scalar(
        sa.select(DiaryPhoto.id).where(
            DiaryPhoto.vendor_id == vendor_id, DiaryPhoto.digest == digest
        )
    )
    row = lock(session, DiaryPhoto, photo_id) if photo_id else None
    if row is None:
        raise NotFound
    return row


def _here(session: Session, photo_id: str) -> int:
    length = sa.func.coalesce(sa.func.sum(sa.func.length(DiaryPiece.data)), 0)
    return int(session.scalar(sa.select(length).where(DiaryPiece.photo_id == photo_id)) or 0)


def _make_room(session: Session, vendor_id: str) -> None:
    open_ = session.scalars(
        sa.select(DiaryPiece.photo_id)
        .join(DiaryPhoto, DiaryPhoto.id == DiaryPiece.photo_id)
        .where(DiaryPhoto.vendor_id == vendor_id)
        .group_by(DiaryPiece.photo_id)
        .order_by(sa.func.max(DiaryPiece.at).desc(), DiaryPiece.photo_id)
    ).all()
    _drop(session, open_[MOST_OPEN - 1 :])


def _drop(session: Session, photo_ids: Collection[str]) -> None:
    if photo_ids:
        session.execute(sa.delete(DiaryPiece).where(DiaryPiece.photo_id.in_(photo_ids)))


def _forget(session: Session, vendor_id: str, which: sa.ColumnElement[bool], now: datetime) -> None:
    rows = session.execute(
        sa.select(DiaryPhoto.id, DiaryPhoto.digest)
        .where(DiaryPhoto.vendor_id == vendor_id, which)
        .order_by(DiaryPhoto.id)
    ).all()
    for first in range(0, len(rows), _MOST_IN_ONE_EVENT):
        some = rows[first : first + _MOST_IN_ONE_EVENT]
        ids = [row.id for row in some]
        _drop(session, ids)
        session.execute(sa.delete(DiaryPhoto).where(DiaryPhoto.id.in_(ids)))
        emit(session, PicturesLeft([row.digest for row in some]), now=now)

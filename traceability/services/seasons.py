"""What a season grows is put right: its sprays are judged anew by the labels of that crop."""

from datetime import datetime

from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.db import lock
from kernel.errors import NotFound
from traceability.models import Season
from traceability.services.farms import need_listed, season_of
from traceability.services.holding import lock_land
from traceability.services.rejudging import rejudge_season

_TOLD = ("crop", "variety", "crop_id", "variety_id")


def change_crop(
    session: Session,
    season_id: str,
    *,
    crop: dict[str, str],
    variety: str,
    crop_id: str | None,
    variety_id: str | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Say what a season grows: in words by language, and as which of the office's list.

    :raises Invalid: for a crop that is not on the list.
    """
    vendor_id = season_of(session, season_id)[1]
    actor.need_at(vendor_id, "recorder")
    lock_land(session, vendor_id)
    season = lock(session, Season, season_id)
    if season is None:
        raise NotFound
    need_listed(session, crop_id, variety_id)
    before = {name: getattr(season, name) for name in _TOLD}
    season.crop, season.variety = crop, variety
    season.crop_id, season.variety_id = crop_id, variety_id
    audit.record(
        session,
        "season.changed",
        actor=actor,
        subject=("season", season.id),
        now=now,
        before=before,
        after={name: getattr(season, name) for name in _TOLD},
    )
    session.flush()
    rejudge_season(session, season.id, actor=actor, now=now)

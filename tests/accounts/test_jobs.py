from datetime import timedelta

import sqlalchemy as sa

from accounts.jobs import JOBS
from accounts.models import LinkToken, SignIn, Tries
from accounts.services import links, people, signing
from kernel.db import transaction
from kernel.limits import RateWindow, SqlStorage
from tests.people import PASSWORD


def kept(session):
    kinds = (SignIn, LinkToken, Tries, RateWindow)
    return [session.scalar(sa.select(sa.func.count()).select_from(kind)) for kind in kinds]


def test_what_no_longer_means_anything_is_swept(session, maker, now):
    with transaction(session):
        user_id = people.create_user(
            session, name="Lan", contact="0912345678", password=PASSWORD, lang=None, now=now
        )
        signing.open_sign_in(session, user_id, stamp=None, device="", strong=False, now=now)
        links.ask_reset(session, "0912345678", link="/", now=now)
    SqlStorage(maker=maker).incr("a", 60)
    (job,) = JOBS
    remaining = {
        timedelta(0): [1, 1, 1, 1],
        timedelta(seconds=60): [1, 1, 1, 0],
        timedelta(hours=25): [1, 1, 0, 0],
        timedelta(days=8): [1, 0, 0, 0],
        timedelta(days=91): [0, 0, 0, 0],
    }
    for later, rows in remaining.items():
        with transaction(session):
            job.run(session, now + later)
        assert kept(session) == rows

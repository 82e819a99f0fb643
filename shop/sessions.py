"""Sessions on the database of the settings: commits wake the worker, the sealer rides along."""

from sqlalchemy.orm import Session, sessionmaker

from kernel import db, jobs
from kernel.sealing import open_sealer
from kernel.settings import Settings


def open_sessions(settings: Settings) -> sessionmaker[Session]:
    """Return the maker of sessions on the database of the settings."""
    engine = db.open_engine(settings.database_url)
    maker = db.session_factory(engine)
    maker.configure(
        info={
            "wake": jobs.waker(jobs.open_queue(settings)),
            "sealer": open_sealer(settings),
            "root": settings.public_url,
            "roots": (settings.public_url, settings.codes_url),
        }
    )
    return maker

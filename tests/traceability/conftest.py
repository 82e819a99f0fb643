"""Land to work on."""

import pytest
from sqlalchemy.orm import sessionmaker

from tests.traceability.land import Land


@pytest.fixture
def land(session):
    """A vendor with a farm, a plot and a season, on both engines."""
    return Land(session)


@pytest.fixture
def app_land(app, app_session):
    """The same on the database of the application."""
    return Land(app_session)


@pytest.fixture
def statements(app):
    """Return a list that fills with the SQL of the application."""
    from sqlalchemy import event

    seen = []
    engine = app.extensions[sessionmaker.__qualname__].kw["bind"]

    def note(_conn, _cursor, statement, *_rest):
        if not statement.startswith(("BEGIN", "PRAGMA", "SAVEPOINT")):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)

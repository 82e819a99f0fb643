"""Dossiers as the pages of an application open them."""

from flask import request, url_for

from kernel import clock
from kernel.errors import NotFound
from kernel.web.session import db
from vendors import queries
from vendors.queries import Dossier, Standing
from vendors.rules import need_editable


def dossier_of(vendor_id: str) -> Dossier:
    """Return the dossier of a page whose guard let the reader in.

    :raises NotFound: when there is none.
    """
    dossier = queries.dossier(db(), vendor_id)
    if dossier is None:
        raise NotFound
    return dossier


def open_dossier(vendor_id: str) -> Dossier:
    """Return a dossier that may be changed now.

    :raises Conflict: when it is with the office or decided.
    """
    dossier = dossier_of(vendor_id)
    need_editable(dossier.state)
    return dossier


def standing_now(dossier: Dossier) -> Standing:
    """Return how far a dossier is today."""
    return queries.standing_of_dossier(db(), dossier, on=clock.local_date(clock.now()))


def next_step(endpoint: str, vendor_id: str) -> str:
    """Return the next step; whoever came from the last step goes back there."""
    back = request.args.get("back") == "check"
    return url_for("vendors.show_check" if back else endpoint, vendor_id=vendor_id)

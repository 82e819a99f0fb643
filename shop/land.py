"""Where a vendor says it works: the declared commune and the places of its farms, for officers."""

from flask import Blueprint

from accounts import guards
from kernel import places, sketch
from kernel.errors import NotFound
from kernel.sketch import Spot
from kernel.web.pages import page
from kernel.web.session import db
from traceability.queries import FarmCard, farms_of
from vendors import queries

blueprint = Blueprint("land", __name__)


@blueprint.get("/office/vendors/<vendor_id>/place")
@guards.needs("reviewer", "approver")
def show_place(vendor_id: str) -> str:
    """Show the declared place beside the recorded farms, and how far they lie from it."""
    dossier = queries.dossier(db(), vendor_id)
    if dossier is None or dossier.submitted_at is None or not dossier.commune:
        raise NotFound
    here = places.commune(dossier.commune)
    farms = farms_of(db(), vendor_id=vendor_id)
    spots = [spot for farm in farms if (spot := _spot(farm))]
    return page(
        "shop/land.html",
        dossier=dossier,
        here=here,
        sketch=sketch.draw([Spot(here.name, here.lat, here.lon), *spots]),
        farms=[(farm, _distance(here, farm)) for farm in farms],
    )


def _spot(farm: FarmCard) -> Spot | None:
    if farm.lat is None or farm.lon is None:
        return None
    return Spot(farm.name, farm.lat, farm.lon)


def _distance(here: places.Commune, farm: FarmCard) -> float | None:
    """Return how many kilometres a farm lies from the centre of the declared commune."""
    spot = _spot(farm)
    return None if spot is None else round(sketch.distance_km(here, spot), 1)

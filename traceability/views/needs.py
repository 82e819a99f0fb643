"""What the addresses of the farm's pages name: it must be there, and be the vendor's own."""

from kernel.errors import need_found
from kernel.web.session import db
from traceability import queries
from traceability.queries import FarmCard, LotCard, PlotCard, SeasonCard


def need_farm(vendor_id: str, farm_id: str) -> FarmCard:
    """Return a farm of a vendor.

    :raises NotFound: when it has no such farm.
    """
    return need_found(queries.farm_of(db(), farm_id, vendor_id=vendor_id))


def need_plot(vendor_id: str, plot_id: str) -> PlotCard:
    """Return a plot of a vendor.

    :raises NotFound: when it has no such plot.
    """
    return need_found(queries.plot_of(db(), plot_id, vendor_id=vendor_id))


def need_season(vendor_id: str, season_id: str) -> SeasonCard:
    """Return a season of a vendor.

    :raises NotFound: when it has no such season.
    """
    return need_found(queries.season_of(db(), season_id, vendor_id=vendor_id))


def need_lot(vendor_id: str, lot_id: str) -> LotCard:
    """Return a lot of a vendor.

    :raises NotFound: when it has no such lot.
    """
    return need_found(queries.lot_of(db(), lot_id, vendor_id=vendor_id))

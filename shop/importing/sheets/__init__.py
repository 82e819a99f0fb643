"""Every kind of table, in the order in which they are saved."""

from shop.importing.sheets.attributes import ATTRIBUTES
from shop.importing.sheets.base import Line, Sheet
from shop.importing.sheets.farms import DIARY, FARMS, LOTS, PLOTS, SEASONS
from shop.importing.sheets.goods import LISTINGS, VARIANTS
from shop.importing.sheets.packings import PACKINGS
from shop.importing.sheets.people import USERS
from shop.importing.sheets.sales import ORDER_LINES, ORDERS, POINTS, REVIEWS
from shop.importing.sheets.terms import TERMS
from shop.importing.sheets.vendors import CERTIFICATES, VENDORS
from shop.importing.sheets.visits import DEPARTURES, EXPERIENCES

SHEETS: tuple[Sheet, ...] = (
    VENDORS,
    CERTIFICATES,
    USERS,
    FARMS,
    PLOTS,
    SEASONS,
    DIARY,
    LOTS,
    PACKINGS,
    LISTINGS,
    VARIANTS,
    ATTRIBUTES,
    EXPERIENCES,
    DEPARTURES,
    TERMS,
    POINTS,
    ORDERS,
    ORDER_LINES,
    REVIEWS,
)

__all__ = ["SHEETS", "Line", "Sheet"]

"""The one blueprint of the vendor's pages about goods, and who may open them."""

from flask import Blueprint

from accounts import guards

blueprint = Blueprint("catalog", __name__, url_prefix="/work/<vendor_id>/listings")

sellers = guards.member("owner", "seller")

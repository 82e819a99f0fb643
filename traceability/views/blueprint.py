"""The one blueprint of the farm's pages in a vendor's workspace."""

from flask import Blueprint

from accounts import guards

blueprint = Blueprint("traceability", __name__, url_prefix="/work/<vendor_id>/farm")

recorders = guards.member("owner", "recorder")
everybody = guards.member("owner", "recorder", "seller")
owners = guards.member("owner")

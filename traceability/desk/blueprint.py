"""The one blueprint of the office's pages about farms, inputs and lots."""

from flask import Blueprint

from accounts import guards

blueprint = Blueprint("traceability_desk", __name__, url_prefix="/office")

officers = guards.needs("reviewer", "approver")

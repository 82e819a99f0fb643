"""The one blueprint of the office's pages about vendors, and who may open them."""

from flask import Blueprint

from accounts import guards

blueprint = Blueprint("vendors_desk", __name__)

officers = guards.needs("reviewer", "approver")

approvers = guards.needs("approver")

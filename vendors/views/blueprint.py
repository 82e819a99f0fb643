"""The one blueprint of all pages for vendors themselves."""

from flask import Blueprint

blueprint = Blueprint("vendors", __name__)

"""The one blueprint of the office's pages about goods."""

from flask import Blueprint

blueprint = Blueprint("catalog_desk", __name__, url_prefix="/office")

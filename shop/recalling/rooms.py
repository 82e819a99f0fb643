"""Every page of recalls and complaints."""

from flask import Flask

from kernel.settings import Settings
from shop.recalling import complaints, papers, public, steps, stopping, tracing, views
from shop.recalling.place import office, work

PAGES = (views, steps, stopping, papers, complaints, tracing)
"""Modules whose pages stand at the office and in the workspace."""


def install(app: Flask, settings: Settings) -> None:
    """Register the pages."""
    del settings
    for blueprint in (office, work, public.blueprint, complaints.blueprint):
        app.register_blueprint(blueprint)

"""The category tree, kept in memory for a minute: it changes a few times a year."""

import time

from flask import Flask

from catalog.queries import CategoryNode, category_tree
from kernel.settings import Settings
from kernel.web.session import db, part, provide

KEPT_SECONDS = 60.0


class Shelves:
    """The tree of one application and when it was read."""

    def __init__(self) -> None:
        self.tree: list[CategoryNode] = []
        self.read_at = 0.0


def install(app: Flask, _settings: Settings) -> None:
    """Give the application a place to keep the tree."""
    provide(app, Shelves, Shelves())


def shelves() -> list[CategoryNode]:
    """Return the category tree, at most a minute old; an empty one is read again."""
    kept = part(Shelves)
    if not kept.tree or time.monotonic() - kept.read_at > KEPT_SECONDS:
        kept.tree, kept.read_at = category_tree(db()), time.monotonic()
    return kept.tree

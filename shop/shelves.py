"""The category tree and the attributes of goods, kept in memory for a moment."""

import time

from flask import Flask

from catalog.queries import CategoryNode, ListingPage, category_tree, find_category
from catalog.queries.attributes import definitions
from catalog.rules.attributes import Definition, Fact, applying, facts
from kernel.settings import Settings
from kernel.web.session import db, part, provide

KEPT_SECONDS = 1.5
"""Every process sees within two seconds what the office changed."""


class Shelves:
    """The tree of one application and when it was read."""

    def __init__(self) -> None:
        self.tree: list[CategoryNode] = []
        self.read_at = 0.0
        self.asked: list[Definition] = []
        self.asked_at = 0.0


def install(app: Flask, _settings: Settings) -> None:
    """Give the application a place to keep the tree."""
    provide(app, Shelves, Shelves())


def shelves() -> list[CategoryNode]:
    """Return the category tree, at most a moment old; an empty one is read again."""
    kept = part(Shelves)
    if not kept.tree or time.monotonic() - kept.read_at > KEPT_SECONDS:
        kept.tree, kept.read_at = category_tree(db()), time.monotonic()
    return kept.tree


def asked() -> list[Definition]:
    """Return the attributes of goods, at most a moment old."""
    kept = part(Shelves)
    if time.monotonic() - kept.asked_at > KEPT_SECONDS:
        kept.asked, kept.asked_at = definitions(db()), time.monotonic()
    return kept.asked


def facts_of(listing: ListingPage) -> list[Fact]:
    """Return what is said of a listing by attribute; what its shelf does not ask stays out."""
    if not listing.attributes:
        return []
    node = find_category(shelves(), listing.category_slug)
    above = {node.id, node.parent_id or node.id} if node else set()
    return facts(applying(asked(), listing.kind.value, above), listing.attributes)

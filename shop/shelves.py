"""The category tree and the attributes of goods, kept in memory for a moment."""

import time

from flask import Flask

from catalog.queries import CategoryNode, ListingPage, category_tree, find_category
from catalog.queries.attributes import definitions
from catalog.rules.addresses import shelf_slugs
from catalog.rules.attributes import Definition, Fact, applying, facts
from kernel.settings import Settings
from kernel.web.session import db, part, provide

KEPT_SECONDS = 1.5
"""Every process sees within two seconds what the office changed."""


class Shelves:
    """The tree of one application, the slugs of its shelves by id, and when it was read."""

    def __init__(self) -> None:
        self.tree: list[CategoryNode] = []
        self.slugs: dict[str, dict[str, str]] = {}
        self.read_at = 0.0
        self.asked: list[Definition] = []
        self.asked_at = 0.0


def install(app: Flask, _settings: Settings) -> None:
    """Give the application a place to keep the tree."""
    provide(app, Shelves, Shelves())


def shelves() -> list[CategoryNode]:
    """Return the category tree, at most a moment old; an empty one is read again."""
    return _kept().tree


def slugs_of_shelf(shelf_id: str) -> dict[str, str]:
    """Return the slugs of a shelf by language.

    :raises KeyError: for a shelf that is not there.
    """
    return _kept().slugs[shelf_id]


def shelf_ids() -> list[str]:
    """Return the ids of all shelves, in their order."""
    return list(_kept().slugs)


def shelf_by_id(shelf_id: str) -> CategoryNode | None:
    """Return a shelf of the tree."""
    return next((node for node in _all(shelves()) if node.id == shelf_id), None)


def shelf_by_slug(slug: str) -> CategoryNode | None:
    """Return the shelf that an address names, in whatever language; its own slug goes first."""
    kept = _kept()
    nodes = _all(kept.tree)
    own = next((node for node in nodes if node.slug == slug), None)
    return own or next((node for node in nodes if slug in kept.slugs[node.id].values()), None)


def _kept() -> Shelves:
    kept = part(Shelves)
    if not kept.tree or time.monotonic() - kept.read_at > KEPT_SECONDS:
        kept.tree, kept.read_at = category_tree(db()), time.monotonic()
        kept.slugs = shelf_slugs((node.id, node.slug, node.name) for node in _all(kept.tree))
    return kept


def _all(tree: list[CategoryNode]) -> list[CategoryNode]:
    return [node for top in tree for node in (top, *top.children)]


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

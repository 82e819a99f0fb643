"""Who hears what, and which pages there are: the nervous system of the house."""

import importlib
import importlib.util
from typing import Any

from flask import Blueprint, Flask

import accounts.jobs
from kernel.jobs import Job
from kernel.settings import Settings

# While the house is being built, rooms are taken in as they appear.
ROOMS = [
    "accounts.views",
    "vendors.views",
    "vendors.desk",
    "vendors.members",
    "traceability.views",
    "traceability.desk",
    "catalog.views",
    "catalog.desk",
    "bookings.views",
    "bookings.desk",
    "payments.views",
    "payments.desk",
    "payments.hooks",
    "payments.demo",
    "orders.views",
    "orders.desk",
    "shop.frame",
    "shop.about",
    "shop.shelves",
    "shop.home",
    "shop.browse",
    "shop.find",
    "shop.lot",
    "shop.cart",
    "shop.checkout",
    "shop.work",
    "shop.office",
    "shop.media",
]

HANDLERS: dict[type, tuple[Any, ...]] = {}
JOBS: tuple[Job, ...] = (*accounts.jobs.JOBS,)


def _module(name: str) -> Any:
    try:
        if importlib.util.find_spec(name) is None:
            return None
    except ModuleNotFoundError:
        return None
    return importlib.import_module(name)


def install(app: Flask, settings: Settings) -> None:
    """Register every page and hand each trade what it needs."""
    for name in ROOMS:
        module = _module(name)
        blueprint = getattr(module, "blueprint", None)
        if isinstance(blueprint, Blueprint):
            app.register_blueprint(blueprint)
        if module is not None and hasattr(module, "install"):
            module.install(app, settings)
    guards = _module("accounts.guards")
    queries = _module("vendors.queries")
    if guards and queries and hasattr(guards, "set_membership_loader"):
        guards.set_membership_loader(queries.memberships)
    places = _module("kernel.places")
    app.jinja_env.filters["commune"] = (
        (lambda key: places.commune(key).name) if places else (lambda key: key)
    )
    if guards:
        app.jinja_env.globals["actor"] = _Lazy(guards.current_actor)


class _Lazy:
    """Reads the actor only when a template looks at it."""

    def __init__(self, read: Any) -> None:
        self._read = read

    def __getattr__(self, name: str) -> Any:
        return getattr(self._read(), name)


def account_lang() -> str | None:
    guards = _module("accounts.guards")
    return guards.account_lang() if guards and hasattr(guards, "account_lang") else None


def search_health() -> str:
    return ""

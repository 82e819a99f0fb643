"""Pages for people: sign-in, sign-up, account, devices, second factor."""

from flask import Flask

from accounts.services.second_factor import Authenticator
from accounts.views import entrance, factors, links, me, privacy, register, steps
from accounts.views.blueprint import blueprint
from kernel.settings import Settings
from kernel.web.session import provide

__all__ = [
    "blueprint",
    "entrance",
    "factors",
    "install",
    "links",
    "me",
    "privacy",
    "register",
    "steps",
]


def install(app: Flask, settings: Settings) -> None:
    """Give the pages the one-time codes of this market."""
    codes = Authenticator(
        settings.secret_key, settings.market_name, demo=not settings.is_production
    )
    provide(app, Authenticator, codes)

"""Per-route rate limits: `@limiter.limit("10 per minute")` between the route and its guard."""

import ipaddress

from flask import Flask, request
from flask_limiter import Limiter
from sqlalchemy.orm import Session, sessionmaker

from kernel.limits import SqlStorage
from kernel.settings import Settings


def visitor() -> str:
    """Return what a limit counts by: the address; of IPv6 the network of one connection."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(getattr(address, "ipv4_mapped", None) or address)


limiter = Limiter(visitor, headers_enabled=False)


def install(app: Flask, settings: Settings, maker: sessionmaker[Session]) -> None:
    """Count in Redis where the settings name one, else in the market's database."""
    if settings.redis_url:
        app.config["RATELIMIT_STORAGE_URI"] = settings.redis_url
    else:
        # The library finds the storage by the scheme that SqlStorage names.
        app.config["RATELIMIT_STORAGE_URI"] = f"{SqlStorage.STORAGE_SCHEME[0]}://"
        app.config["RATELIMIT_STORAGE_OPTIONS"] = {"maker": maker}
    # It takes its hooks for registered: they serve limits of all routes and headers, which we have
    # not, and cost every page.
    app.extensions["limiter"] = {limiter}
    limiter.init_app(app)

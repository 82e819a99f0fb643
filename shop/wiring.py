"""Who hears what, and which pages there are: the nervous system of the house."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import ModuleType
from typing import Any

import structlog
from flask import Blueprint, Flask
from sqlalchemy.orm import Session, sessionmaker

import accounts.jobs
import accounts.views
import bookings.views
import catalog.desk
import catalog.jobs
import catalog.views
import orders.desk
import orders.views
import payments.desk
import payments.hooks
import payments.views
import traceability.api
import traceability.desk
import traceability.jobs
import traceability.views
import traceability.views.proof
import traceability.views.recorder
import traceability.views.tasks
import vendors.desk
import vendors.jobs
import vendors.views
from accounts import guards
from accounts.events import AccountDeleted
from bookings import handlers as visiting
from bookings.events import VisitRedeemed
from bookings.services.forgetting import forget_visits
from catalog import handlers as listing
from catalog.events import (
    GoodsMissing,
    IndexRebuilt,
    ListingChanged,
    ListingPublished,
    ListingsDrifted,
    ListingWithdrawn,
    ShelfChanged,
)
from catalog.queries.leaning import consequences
from catalog.search import EngineDown, SearchEngine
from catalog.search.embedded import TantivyEngine
from catalog.search.meilisearch import MeiliEngine, TaskRefused
from catalog.services.forgetting import forget_listings
from catalog.services.indexing import announce_rebuild, rebuild_index
from catalog.services.ways import KeptWays
from kernel import clock, places
from kernel.db import refresh_statistics, transaction
from kernel.events import Event
from kernel.jobs import Job, Reaction, inside, outside
from kernel.settings import Settings, load_settings
from kernel.storage import open_storage
from kernel.web.session import part, provide
from orders import handlers as buying
from orders import jobs as buying_jobs
from payments.events import PaymentFailed, PaymentSettled
from shop import (
    about,
    browse,
    cart,
    certificates,
    checkout,
    claiming,
    find,
    frame,
    goods_words,
    home,
    land,
    leaving,
    lists,
    lot,
    media,
    office,
    pictures,
    preview,
    scanning,
    shelves,
    sitemap,
    tally,
    work,
)
from shop.catalogue import views as catalogue
from shop.exchange import views as exchange
from shop.leftovers import delete_pictures_in
from shop.recalling import rooms as recalling
from shop.recalling.stopping import go_on
from shop.resolver import views as resolver_views
from shop.ruling import calendar as work_calendar
from shop.ruling import views as ruling
from shop.seo import drawing, feeds, head, sharing
from traceability import handlers as tracing
from traceability.events import (
    ComplaintFiled,
    CopySuspected,
    LinkTakenDown,
    LotChanged,
    LotHeld,
    LotRecalled,
    LotReleased,
    LotShrank,
    PicturesLeft,
    RecallActed,
    RecallGoesOn,
    SprayToldLate,
    SubscriptionGivenUp,
)
from traceability.services.lots import commission_old
from traceability.services.scans import purge_scans
from vendors import queries as vendor_queries
from vendors.events import (
    AuthorityTakeDown,
    CertificateBegun,
    CertificateEnding,
    CertificateLapsed,
    CertificateVerified,
    CertificateWithdrawn,
    RequirementJudged,
    VendorApproved,
    VendorChanged,
    VendorClosed,
    VendorForgotten,
    VendorLapsed,
    VendorReinstated,
    VendorRenewed,
    VendorSuspended,
    VendorTerminated,
)
from vendors.queries.foresight import Foresight
from vendors.services.leaving import ForgetGoods

log = structlog.get_logger()

ROOMS: tuple[ModuleType, ...] = (
    accounts.views,
    vendors.views,
    vendors.desk,
    traceability.views,
    traceability.views.recorder,
    traceability.views.tasks,
    traceability.desk,
    traceability.views.proof,
    traceability.api,
    catalog.views,
    catalog.desk,
    bookings.views,
    payments.views,
    payments.desk,
    payments.hooks,
    orders.views,
    orders.desk,
    frame,
    goods_words,
    about,
    pictures,
    shelves,
    home,
    browse,
    preview,
    find,
    resolver_views,
    lot,
    claiming,
    cart,
    checkout,
    work,
    catalogue,
    exchange,
    land,
    leaving,
    lists,
    office,
    ruling,
    work_calendar,
    certificates,
    recalling,
    sitemap,
    head,
    drawing,
    sharing,
    feeds,
    media,
    tally,
    scanning,
)
"""Modules with pages; one that needs more than its blueprint has ``install(app, settings)``."""

FORGET_GOODS: tuple[ForgetGoods, ...] = (forget_listings, forget_visits)
"""What each trade does to the offers of a vendor that closed long ago."""

JOBS: tuple[Job, ...] = (
    *accounts.jobs.JOBS,
    *vendors.jobs.JOBS,
    *catalog.jobs.JOBS,
    Job("traceability.commission_lots", 10, commission_old),
    Job("orders.expire_unpaid", 1, buying_jobs.expire_unpaid),
    Job("orders.sweep_claims", 5, buying_jobs.sweep_claims),
    Job("orders.purge_carts", 60, buying_jobs.purge_carts),
    Job(
        "accounts.remind_of_requests",
        60,
        accounts.jobs.remind_of_requests_at(lambda: load_settings().market_email),
    ),
    Job(
        "vendors.remind_office",
        15,
        vendors.jobs.remind_office_at(lambda: load_settings().market_email),
    ),
    Job(
        "vendors.purge_left",
        24 * 60,
        vendors.jobs.purge_left_with(lambda: open_storage(load_settings()), *FORGET_GOODS),
    ),
    Job(
        "vendors.erase_identities",
        60,
        vendors.jobs.erase_identities_with(lambda: open_storage(load_settings())),
    ),
    Job(
        "vendors.sweep_sealed",
        24 * 60,
        vendors.jobs.sweep_sealed_with(lambda: open_storage(load_settings())),
    ),
    *traceability.jobs.jobs_with(load_settings),
    Job("traceability.purge_scans", 24 * 60, purge_scans),
    Job("database.statistics", 24 * 60, lambda session, _now: refresh_statistics(session)),
)


def handlers(engine: SearchEngine) -> Mapping[type[Event], Sequence[Reaction]]:
    """Return who hears what; effects on the search index lie outside of the database."""
    heard = _heard(engine)
    searched = [kind for kind, some in heard.items() if any(one.outside for one in some)]
    rebuilt = outside("search.rebuilt", listing.reindex_since(engine, searched))
    return heard | {IndexRebuilt: (rebuilt,)}


def _heard(engine: SearchEngine) -> dict[type[Event], Sequence[Reaction]]:
    index = outside("search.listing", listing.reindex_listing(engine))
    vendor = outside("search.vendor", listing.reindex_vendor(engine))
    named = inside(listing.on_vendor_named)
    settle, look = inside(listing.on_standing_changed), inside(listing.on_listing_shown)
    return {
        ListingPublished: (index, look),
        ListingChanged: (index, look),
        ListingsDrifted: (settle,),
        ListingWithdrawn: (index,),
        ShelfChanged: (outside("search.shelf", listing.reindex_shelf(engine)),),
        VendorSuspended: (settle, vendor),
        VendorTerminated: (settle, vendor),
        VendorLapsed: (settle, vendor),
        VendorClosed: (settle, vendor),
        VendorForgotten: (
            inside(tracing.on_vendor_forgotten),
            inside(visiting.on_vendor_forgotten),
            inside(buying.on_vendor_forgotten),
        ),
        AccountDeleted: (inside(tracing.on_account_deleted),),
        AuthorityTakeDown: (inside(listing.on_authority_take_down),),
        **dict.fromkeys((VendorReinstated, VendorApproved, VendorRenewed), (settle, vendor, named)),
        VendorChanged: (vendor, named),
        CertificateVerified: (settle, vendor),
        CertificateWithdrawn: (settle, vendor),
        CertificateBegun: (settle, vendor),
        CertificateLapsed: (settle, vendor),
        CertificateEnding: (inside(listing.on_certificate_ending),),
        RequirementJudged: (settle,),
        **_of_lots(engine),
        PaymentSettled: (inside(buying.on_payment_settled),),
        PaymentFailed: (inside(buying.on_payment_failed),),
        VisitRedeemed: (inside(buying.on_visit_redeemed),),
    }


def _of_lots(engine: SearchEngine) -> dict[type[Event], Sequence[Reaction]]:
    of_lot = outside("search.lot", listing.reindex_lot(engine))
    told, stocks = inside(tracing.tell_vendor), inside(listing.on_lot_shrank)
    return {
        LotHeld: (told, inside(buying.on_lot_held), stocks, of_lot),
        LotReleased: (told, stocks, of_lot),
        LotRecalled: (told, inside(buying.on_lot_recalled), stocks, of_lot),
        LotShrank: (stocks,),
        GoodsMissing: (inside(buying.on_goods_missing),),
        CopySuspected: (inside(tracing.tell_of_copies),),
        LinkTakenDown: (inside(tracing.on_link_taken_down),),
        LotChanged: (inside(listing.on_lot_changed), of_lot),
        RecallGoesOn: (outside("recall.go_on", go_on),),
        RecallActed: (
            inside(tracing.on_recall_acted),
            outside("search.recall", listing.reindex_recall(engine)),
        ),
        SprayToldLate: (inside(tracing.on_spray_told_late),),
        ComplaintFiled: (inside(tracing.on_complaint_filed),),
        SubscriptionGivenUp: (inside(tracing.on_subscription_given_up),),
        PicturesLeft: (outside("diary.pictures", _delete_pictures),),
    }


def _delete_pictures(session: Session, event: Event, now: datetime) -> None:
    delete_pictures_in(open_storage(load_settings()))(session, event, now)


def open_search(settings: Settings) -> SearchEngine:
    """Return the search engine of the settings: a server if one is named, else the one inside."""
    if settings.meilisearch_url:
        return MeiliEngine(
            settings.meilisearch_url,
            settings.meilisearch_key,
            search_key=settings.meilisearch_search_key,
            name=settings.meilisearch_index,
        )
    return TantivyEngine(settings.instance_path / "search")


def keep_index(maker: sessionmaker[Session], engine: SearchEngine, *, now: datetime) -> str:
    """Build the search index if it is gone or of another layout; return what is wrong then."""
    health = engine.health()
    if not health.is_gone:
        return health.problem
    log.warning("search index is built anew", reason=health.problem)
    try:
        with maker() as session:
            rebuild_index(session, engine, now=now)
            with transaction(session):
                announce_rebuild(session, since=now, now=clock.now())
    except (EngineDown, TaskRefused) as problem:
        return str(problem)
    return ""


def reindex(maker: sessionmaker[Session], settings: Settings, *, now: datetime) -> int:
    """Build the search index anew; return how many listings are in it."""
    with maker() as session:
        return rebuild_index(session, open_search(settings), now=now)


def install(app: Flask, settings: Settings) -> None:
    """Register every page and hand each trade what it needs."""
    provide(app, SearchEngine, open_search(settings))
    provide(app, KeptWays, KeptWays())
    provide(app, Foresight, Foresight(consequences))
    guards.set_membership_loader(vendor_queries.memberships)
    app.jinja_env.filters["commune"] = lambda key: places.commune(key).name
    app.jinja_env.globals["actor"] = _Actor()
    for room in ROOMS:
        blueprint = getattr(room, "blueprint", None)
        if isinstance(blueprint, Blueprint):
            app.register_blueprint(blueprint)
        if hasattr(room, "install"):
            room.install(app, settings)


class _Actor:
    """Who uses the page; read only when a template looks at it."""

    def __getattr__(self, name: str) -> Any:
        return getattr(guards.current_actor(), name)


def account_lang() -> str | None:
    """Return the language of who is signed in."""
    return guards.account_lang()


def search_health() -> str:
    """Return what is wrong with the search engine, or nothing."""
    health = part(SearchEngine).health()
    return "" if health.is_well else health.problem

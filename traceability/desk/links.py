"""Links of codes at the trade office's desk: who set them, where they lead; taken down for a reason."""

from urllib.parse import urlsplit

from flask import request, url_for
from flask_babel import gettext as _
from wtforms.fields import SelectChoice

from accounts import guards
from accounts.queries import user_cards
from kernel import clock
from kernel.errors import NotFound
from kernel.settings import Settings
from kernel.web.answers import Answer
from kernel.web.attempts import attempt, lead_on
from kernel.web.forms import clean
from kernel.web.pages import page
from kernel.web.paging import page_number
from kernel.web.session import db, part
from traceability.desk.blueprint import blueprint, officers
from traceability.forms import PressForm
from traceability.forms.links import TakeDownForm
from traceability.gs1.words import LINK_WORDS
from traceability.queries.links import (
    LinkWish,
    OfficeLink,
    barred_links,
    heirs_of,
    is_needed,
    office_link,
    office_links,
)
from traceability.services.barring import allow_again, take_down
from vendors.queries import vendor_cards


@blueprint.get("/links")
@officers
def show_links() -> Answer:
    """List the links of codes that an officer asks for."""
    wish, actor = _wish(), guards.current_actor()
    links = office_links(db(), wish, actor=actor, page=page_number())
    return page(
        "traceability/desk_links.html",
        wish=wish,
        links=links,
        words=LINK_WORDS,
        ours=_our_hosts(),
        vendors=vendor_cards(db(), {link.vendor_id for link in links.items}),
        people=user_cards(db(), {link.created_by for link in links.items if link.created_by}),
    )


@blueprint.get("/links/<link_id>")
@officers
def show_link(link_id: str) -> Answer:
    """Show one link, and how it is taken down."""
    return _link_page(_need(link_id), TakeDownForm())


@blueprint.post("/links/<link_id>/take-down")
@officers
def take_link_down(link_id: str) -> Answer:
    """Take a link down; its vendor is told why."""
    link, form = _need(link_id), TakeDownForm()
    actor, now = guards.current_actor(), clock.now()
    return attempt(
        form,
        lambda work: take_down(
            work,
            link.id,
            reason=form.reason.data or "",
            heir_id=form.heir_id.data or "",
            actor=actor,
            now=now,
        ),
        again=lambda: _link_page(_need(link_id), form),
        then=lead_on(url_for("traceability_desk.show_links"), _("Done. The vendor is told.")),
    )


@blueprint.get("/links/taken-down")
@officers
def show_barred() -> Answer:
    """List the links that were taken down, and why."""
    return _barred_page(PressForm())


@blueprint.post("/links/taken-down/<barred_id>/allow")
@officers
def allow_link(barred_id: str) -> Answer:
    """Let a vendor keep such a link again."""
    form, actor, now = PressForm(), guards.current_actor(), clock.now()
    return attempt(
        form,
        lambda work: allow_again(work, barred_id, actor=actor, now=now),
        again=lambda: _barred_page(form),
        then=lead_on(url_for("traceability_desk.show_barred"), _("Noted.")),
    )


def _wish() -> LinkWish:
    said = request.args
    outside = _our_hosts() if said.get("where") == "outside" else ()
    return LinkWish(str(clean(said.get("q", "")))[:120], said.get("vendor", "")[:26], outside)


def _our_hosts() -> tuple[str, ...]:
    settings = part(Settings)
    return tuple(
        {urlsplit(url).netloc.lower() for url in (settings.public_url, settings.codes_url)}
    )


def _need(link_id: str) -> OfficeLink:
    found = office_link(db(), link_id, actor=guards.current_actor())
    if found is None:
        raise NotFound
    return found


def _link_page(link: OfficeLink, form: TakeDownForm) -> str:
    heirs = heirs_of(db(), link.id, path=link.anchor, href=link.href) if link.is_default else []
    must_choose = link.is_default and is_needed(db(), link.id, link.anchor)
    first = _("Choose") if must_choose else _("To the market's own page")
    form.heir_id.choices = [SelectChoice("", first)] + [
        SelectChoice(heir.id, f"{heir.title} · {heir.site} · {heir.anchor}") for heir in heirs
    ]
    people = user_cards(db(), {link.created_by} if link.created_by else set())
    return page(
        "traceability/desk_link.html",
        link=link,
        form=form,
        heirs=heirs,
        words=LINK_WORDS,
        ours=_our_hosts(),
        vendor=vendor_cards(db(), [link.vendor_id])[link.vendor_id],
        person=people.get(link.created_by or ""),
    )


def _barred_page(form: PressForm) -> str:
    found = barred_links(db(), actor=guards.current_actor(), page=page_number())
    return page(
        "traceability/desk_barred.html",
        barred=found,
        form=form,
        vendors=vendor_cards(db(), {one.vendor_id for one in found.items}),
    )

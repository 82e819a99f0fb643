"""Numbers of GS1 that a vendor has, and where its codes lead."""

from collections.abc import Callable

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length

from accounts import guards
from kernel import clock
from kernel.db import transaction
from kernel.errors import NotFound
from kernel.settings import Settings
from kernel.web.answers import Answer
from kernel.web.attempts import attempt, lead_on
from kernel.web.forms import REQUIRED, Form, TextField
from kernel.web.pages import page
from kernel.web.session import db, part
from traceability.gs1 import path_of
from traceability.gs1.registering import LinkFacts
from traceability.gs1.words import LINK_WORDS
from traceability.queries import FarmCard, lots_of
from traceability.queries.codes import gtins_of, links_of_vendor, numbers_of, places_of
from traceability.queries.links import barred_of
from traceability.services import links
from traceability.views.blueprint import blueprint, owners
from traceability.views.needs import need_farm

LOTS = 50


class NumbersForm(Form):
    """What GS1 gave to a vendor."""

    gln = TextField(
        _l("GLN of the enterprise"), [Length(max=24)], render_kw={"inputmode": "numeric"}
    )
    company_prefix = TextField(
        _l("GS1 company prefix"), [Length(max=20)], render_kw={"inputmode": "numeric"}
    )


class FarmNumberForm(Form):
    """The GLN of a farm."""

    gln = TextField(_l("GLN of the farm"), [Length(max=24)], render_kw={"inputmode": "numeric"})


class LinkForm(Form):
    """Where a code leads; the choices of ``anchor`` are set by the page."""

    anchor = SelectField(_l("Which code"), [InputRequired(REQUIRED)])
    number = TextField(_l("Another code of yours"), [Length(max=300)])
    link_type = SelectField(_l("What stands there"), [InputRequired(REQUIRED)])
    href = TextField(
        _l("Address"), [InputRequired(REQUIRED), Length(max=500)], render_kw={"inputmode": "url"}
    )
    title = TextField(_l("Its title"), [InputRequired(REQUIRED), Length(max=120)])
    hreflang = SelectField(
        _l("Language"),
        choices=[
            SelectChoice("", _l("any")),
            SelectChoice("vi", _l("Vietnamese")),
            SelectChoice("en", _l("English")),
            SelectChoice("zh", _l("Chinese")),
            SelectChoice("ja", _l("Japanese")),
            SelectChoice("ko", _l("Korean")),
        ],
    )
    media_type = SelectField(
        _l("Kind of file"),
        choices=[
            SelectChoice("text/html", _l("web page")),
            SelectChoice("application/pdf", "PDF"),
            SelectChoice("application/json", "JSON"),
            SelectChoice("image/jpeg", _l("picture")),
            SelectChoice("video/mp4", _l("film")),
            SelectChoice("", _l("not known")),
        ],
    )
    context = TextField(_l("Only for a country, such as VN"), [Length(max=20)])
    is_default = BooleanField(_l("A scan leads here"))


@blueprint.get("/codes")
@owners
def show_codes(vendor_id: str) -> Answer:
    """Show a vendor's numbers, and the links of its codes."""
    return page(
        "traceability/codes.html",
        vendor_id=vendor_id,
        numbers=numbers_of(db(), vendor_id),
        gtins=gtins_of(db(), vendor_id),
        places=places_of(db(), vendor_id),
        links=links_of_vendor(db(), vendor_id=vendor_id),
        barred=barred_of(db(), vendor_id=vendor_id),
        words=LINK_WORDS,
    )


@blueprint.get("/codes/numbers")
@owners
def ask_numbers(vendor_id: str) -> Answer:
    """Ask what GS1 gave to a vendor."""
    known = numbers_of(db(), vendor_id)
    data = {"gln": known.gln or "", "company_prefix": known.company_prefix or ""}
    return _numbers_page(vendor_id, NumbersForm(data=data))


@blueprint.post("/codes/numbers")
@owners
def change_numbers(vendor_id: str) -> Answer:
    """Enter what GS1 gave to a vendor."""
    form = NumbersForm()
    return attempt(
        form,
        lambda session: links.change_numbers(
            session,
            vendor_id=vendor_id,
            gln=form.gln.data or "",
            company_prefix=form.company_prefix.data or "",
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _numbers_page(vendor_id, form),
        then=_saved(vendor_id),
    )


@blueprint.get("/codes/farms/<farm_id>")
@owners
def ask_farm_number(vendor_id: str, farm_id: str) -> Answer:
    """Ask for the GLN of a farm."""
    farm = need_farm(vendor_id, farm_id)
    known = next(place.gln for place in places_of(db(), vendor_id) if place.farm_id == farm_id)
    return _numbers_page(vendor_id, FarmNumberForm(data={"gln": known or ""}), farm)


@blueprint.post("/codes/farms/<farm_id>")
@owners
def change_farm_number(vendor_id: str, farm_id: str) -> Answer:
    """Enter the GLN of a farm."""
    farm, form = need_farm(vendor_id, farm_id), FarmNumberForm()
    return attempt(
        form,
        lambda session: links.change_farm_number(
            session,
            farm_id,
            gln=form.gln.data or "",
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _numbers_page(vendor_id, form, farm),
        then=_saved(vendor_id),
    )


@blueprint.get("/codes/links/new")
@owners
def new_link(vendor_id: str) -> Answer:
    """Ask where a code shall lead."""
    return _link_page(vendor_id, LinkForm())


@blueprint.post("/codes/links/new")
@owners
def add_link(vendor_id: str) -> Answer:
    """Keep a link."""
    form = _with_choices(vendor_id, LinkForm())
    return attempt(
        form,
        lambda session: links.add_link(
            session,
            vendor_id=vendor_id,
            facts=_facts(form),
            roots=(part(Settings).public_url, part(Settings).codes_url),
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _link_page(vendor_id, form),
        then=_saved(vendor_id),
    )


@blueprint.post("/codes/links/<link_id>/remove")
@owners
def remove_link(vendor_id: str, link_id: str) -> Answer:
    """Take a link away."""
    mine = {link.id for link in links_of_vendor(db(), vendor_id=vendor_id)}
    if link_id not in mine:
        raise NotFound
    with transaction(db()) as session:
        links.remove_link(session, link_id, actor=guards.current_actor(), now=clock.now())
    return _saved(vendor_id)(None)


def _facts(form: LinkForm) -> LinkFacts:
    return LinkFacts(
        anchor=(form.number.data or "").strip() or form.anchor.data,
        link_type=form.link_type.data,
        href=form.href.data or "",
        title=form.title.data or "",
        media_type=form.media_type.data or None,
        hreflang=(form.hreflang.data,) if form.hreflang.data else (),
        context=(form.context.data.strip(),) if form.context.data else (),
        is_default=form.is_default.data,
    )


def _with_choices(vendor_id: str, form: LinkForm) -> LinkForm:
    form.anchor.choices = [SelectChoice(path, words) for path, words in _anchors(vendor_id)]
    form.link_type.choices = [SelectChoice(kind, _(words)) for kind, words in LINK_WORDS.items()]
    return form


def _anchors(vendor_id: str) -> list[tuple[str, str]]:
    """Return the codes that a vendor has, and what they are called."""
    found = [(path_of([("01", gtin)]), f"GTIN {gtin}") for gtin in gtins_of(db(), vendor_id)]
    for lot in lots_of(db(), vendor_id=vendor_id, size=LOTS).items:
        pairs = [("01", lot.gtin), ("10", lot.code)] if lot.gtin else [("t", lot.trace_code)]
        found.append((path_of([(code, value or "") for code, value in pairs]), lot.code))
    for place in places_of(db(), vendor_id):
        if place.gln and place.plot_id is None:
            found.append((path_of([("414", place.gln)]), place.name))
        else:
            found.append((path_of([("p", place.code)]), place.name))
    numbers = numbers_of(db(), vendor_id)
    if numbers.gln:
        found.append((path_of([("417", numbers.gln)]), _("The enterprise itself")))
    return found


def _numbers_page(vendor_id: str, form: Form, farm: FarmCard | None = None) -> str:
    return page("traceability/numbers_form.html", vendor_id=vendor_id, form=form, farm=farm)


def _link_page(vendor_id: str, form: LinkForm) -> str:
    return page(
        "traceability/link_form.html", vendor_id=vendor_id, form=_with_choices(vendor_id, form)
    )


def _saved(vendor_id: str) -> Callable[[object], Answer]:
    return lead_on(url_for("traceability.show_codes", vendor_id=vendor_id), _("Saved."))

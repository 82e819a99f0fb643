"""Numbers of GS1 that a vendor has, and where its codes lead."""

from typing import TYPE_CHECKING

from flask import flash, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length

from accounts import guards
from kernel import clock
from kernel.errors import NotFound
from kernel.settings import Settings
from kernel.web.answers import Answer, go
from kernel.web.forms import REQUIRED, Form, TextField
from kernel.web.pages import page
from kernel.web.session import db, part
from traceability.gs1 import path_of
from traceability.gs1.registering import LinkFacts
from traceability.gs1.words import LINK_WORDS
from traceability.queries import farm_of, lots_of
from traceability.queries.codes import gtins_of, links_of_vendor, numbers_of, places_of
from traceability.queries.links import barred_of
from traceability.services import links
from traceability.views.attempt import attempt
from traceability.views.blueprint import blueprint, owners

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

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

    def act(session: "Session") -> bool:
        links.change_numbers(
            session,
            vendor_id=vendor_id,
            gln=form.gln.data or "",
            company_prefix=form.company_prefix.data or "",
            actor=guards.current_actor(),
            now=clock.now(),
        )
        return True

    if not attempt(form, act):
        return _numbers_page(vendor_id, form), 422
    return _saved(vendor_id)


@blueprint.get("/codes/farms/<farm_id>")
@owners
def ask_farm_number(vendor_id: str, farm_id: str) -> Answer:
    """Ask for the GLN of a farm."""
    known = {place.farm_id: place.gln for place in places_of(db(), vendor_id)}
    if farm_id not in known:
        raise NotFound
    return _farm_page(vendor_id, farm_id, FarmNumberForm(data={"gln": known[farm_id] or ""}))


@blueprint.post("/codes/farms/<farm_id>")
@owners
def change_farm_number(vendor_id: str, farm_id: str) -> Answer:
    """Enter the GLN of a farm."""
    if farm_of(db(), farm_id, vendor_id=vendor_id) is None:
        raise NotFound
    form = FarmNumberForm()

    def act(session: "Session") -> bool:
        actor, gln = guards.current_actor(), form.gln.data or ""
        links.change_farm_number(session, farm_id, gln=gln, actor=actor, now=clock.now())
        return True

    if not attempt(form, act):
        return _farm_page(vendor_id, farm_id, form), 422
    return _saved(vendor_id)


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
    made = attempt(
        form,
        lambda session: links.add_link(
            session,
            vendor_id=vendor_id,
            facts=_facts(form),
            roots=(part(Settings).public_url, part(Settings).codes_url),
            actor=guards.current_actor(),
            now=clock.now(),
        ),
    )
    if made is None:
        return _link_page(vendor_id, form), 422
    return _saved(vendor_id)


@blueprint.post("/codes/links/<link_id>/remove")
@owners
def remove_link(vendor_id: str, link_id: str) -> Answer:
    """Take a link away."""
    mine = {link.id for link in links_of_vendor(db(), vendor_id=vendor_id)}
    if link_id not in mine:
        raise NotFound
    form = Form()

    def act(session: "Session") -> bool:
        links.remove_link(session, link_id, actor=guards.current_actor(), now=clock.now())
        return True

    if not attempt(form, act):
        flash(form.problem or _("This is not possible."), "bad")
        return go(url_for("traceability.show_codes", vendor_id=vendor_id))
    return _saved(vendor_id)


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


def _numbers_page(vendor_id: str, form: NumbersForm) -> str:
    return page("traceability/numbers_form.html", vendor_id=vendor_id, form=form)


def _farm_page(vendor_id: str, farm_id: str, form: FarmNumberForm) -> str:
    farm = farm_of(db(), farm_id, vendor_id=vendor_id)
    return page("traceability/numbers_form.html", vendor_id=vendor_id, form=form, farm=farm)


def _link_page(vendor_id: str, form: LinkForm) -> str:
    return page(
        "traceability/link_form.html", vendor_id=vendor_id, form=_with_choices(vendor_id, form)
    )


def _saved(vendor_id: str) -> Answer:
    flash(_("Saved."), "good")
    return go(url_for("traceability.show_codes", vendor_id=vendor_id))

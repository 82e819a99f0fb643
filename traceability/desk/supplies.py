"""The office's list of products and what their labels say since when."""

from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from wtforms.fields import SelectChoice

from accounts import guards
from kernel import clock
from kernel.errors import NotFound
from kernel.web.answers import Answer
from kernel.web.attempts import attempt, lead_on
from kernel.web.language import current_language
from kernel.web.pages import page
from kernel.web.session import db
from traceability.desk.blueprint import blueprint, officers
from traceability.forms import day_of, texts, words_of
from traceability.forms.supplies import LabelForm, ProductForm
from traceability.queries import supplies as lists
from traceability.queries.supplies import ProductCard
from traceability.rules import InputKind
from traceability.services.supplies import LabelFacts, ProductFacts, save_label, save_product


@blueprint.get("/inputs")
@officers
def show_products() -> Answer:
    """List the products, all or those a word finds."""
    words = request.args.get("q", "").strip()[:60]
    return page(
        "traceability/desk_products.html",
        words=words,
        products=lists.products(db(), words=words),
        today=clock.local_date(clock.now()),
    )


@blueprint.get("/inputs/new")
@officers
def new_product() -> Answer:
    """Ask for a product."""
    return _product_form(ProductForm())


@blueprint.post("/inputs/new")
@officers
def add_product() -> Answer:
    """Put a product on the list."""
    form = ProductForm()
    return _save_product(form, lambda: _product_form(form))


@blueprint.get("/inputs/<product_id>")
@officers
def show_product(product_id: str) -> Answer:
    """Show a product and what its labels say and said."""
    product = _product(product_id)
    return _product_page(product, _filled(product), _label_form())


@blueprint.post("/inputs/<product_id>")
@officers
def save_one(product_id: str) -> Answer:
    """Bring a product up to date; its name stays what it is found by."""
    product, form = _product(product_id), ProductForm()
    form.name.data = product.name
    return _save_product(form, lambda: _product_page(product, form, _label_form()))


@blueprint.post("/inputs/<product_id>/labels")
@officers
def add_label(product_id: str) -> Answer:
    """Add what a label says from a day on."""
    product, form = _product(product_id), _label_form()
    actor, now = guards.current_actor(), clock.now()
    return attempt(
        form,
        lambda work: save_label(
            work, product.id, form.crop.data, facts=_label_facts(form), actor=actor, now=now
        ),
        again=lambda: _product_page(product, _filled(product), form),
        then=lead_on(
            url_for("traceability_desk.show_product", product_id=product.id),
            _("Saved. What was sprayed from that day on is judged by it."),
        ),
    )


def _save_product(form: ProductForm, again: Any) -> Answer:
    actor, now = guards.current_actor(), clock.now()
    return attempt(
        form,
        lambda work: save_product(work, facts=_product_facts(form), actor=actor, now=now),
        again=again,
        then=lead_on(_address, _("Saved.")),
    )


def _address(product_id: str) -> str:
    return url_for("traceability_desk.show_product", product_id=product_id)


def _product_facts(form: ProductForm) -> ProductFacts:
    said = texts(form)
    return ProductFacts(
        name=said["name"],
        kind=InputKind(form.kind.data),
        active_ingredients=words_of(said["active_ingredients"]),
        registration_no=said["registration_no"],
        banned_from=form.banned_from.data,
    )


def _label_facts(form: LabelForm) -> LabelFacts:
    said = texts(form)
    return LabelFacts(
        dose=said["dose"],
        phi_days=form.phi_days.data or 0,
        rei_hours=form.rei_hours.data,
        most_applications=form.most_applications.data,
        spacing_days=form.spacing_days.data,
        source=said["source"],
        valid_from=day_of(form.valid_from),
        valid_to=form.valid_to.data,
    )


def _label_form() -> LabelForm:
    form = LabelForm()
    lang = current_language()
    form.crop.choices = [
        SelectChoice(crop.id, crop.name.get(lang) or next(iter(crop.name.values())))
        for crop in lists.crops(db())
    ]
    return form


def _filled(product: ProductCard) -> ProductForm:
    known = {
        "name": product.name,
        "kind": product.kind.value,
        "active_ingredients": ", ".join(product.active_ingredients),
        "registration_no": product.registration_no,
        "banned_from": product.banned_from,
    }
    return ProductForm(formdata=None, data=known)


def _product(product_id: str) -> ProductCard:
    found = lists.product_card(db(), product_id)
    if found is None:
        raise NotFound
    return found


def _product_form(form: ProductForm) -> str:
    return page("traceability/desk_product.html", product=None, form=form, label_form=None)


def _product_page(product: ProductCard, form: ProductForm, label_form: LabelForm) -> str:
    return page(
        "traceability/desk_product.html",
        product=product,
        form=form,
        label_form=label_form,
        labels=lists.labels_of(db(), product.id),
        today=clock.local_date(clock.now()),
    )

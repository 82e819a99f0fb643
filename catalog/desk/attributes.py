"""The trade office's desk: what is said of goods."""

from flask import request, url_for
from flask_babel import gettext as _

from accounts import guards
from catalog.desk.blueprint import blueprint
from catalog.errors import ShelfEditedMeanwhile
from catalog.forms.attributes import AttributeForm, RetireForm, attribute_form
from catalog.forms.categories import ShiftForm
from catalog.queries.attributes import definitions, shelf_names, use_of
from catalog.rules import OFFICE_ROLES, ListingKind
from catalog.rules.attributes import AttributeKind, Definition
from catalog.rules.shelves import KEEPERS
from catalog.services.attributes import (
    add_attribute,
    edit_attribute,
    retire_attribute,
    shift_attribute,
)
from kernel import clock
from kernel.errors import NotFound
from kernel.web.answers import Answer
from kernel.web.attempts import attempt, lead_on
from kernel.web.pages import page
from kernel.web.session import db

readers = guards.needs(*OFFICE_ROLES)
keepers = guards.needs(*KEEPERS)


@blueprint.get("/attributes")
@readers
def show_attributes() -> Answer:
    """List what is asked of goods."""
    return _list_page(ShiftForm(formdata=None))


@blueprint.get("/attributes/new/<kind>")
@keepers
def new_attribute(kind: str) -> Answer:
    """Show the empty form of a kind."""
    return _form_page(attribute_form(None), _kind(kind), None)


@blueprint.post("/attributes/new/<kind>")
@keepers
def add_one(kind: str) -> Answer:
    """Define an attribute."""
    chosen, form = _kind(kind), _sent()
    return attempt(
        form,
        lambda work: add_attribute(
            work, kind=chosen, draft=form.draft(), actor=guards.current_actor(), now=clock.now()
        ),
        again=lambda: _form_page(form, chosen, None),
        then=lead_on(url_for("catalog_desk.show_attributes"), _("The attribute is added.")),
    )


@blueprint.get("/attributes/<attribute_id>")
@keepers
def show_attribute(attribute_id: str) -> Answer:
    """Show one attribute with what can be changed about it."""
    one = _need(attribute_id)
    return _form_page(attribute_form(one), one.kind, one)


@blueprint.post("/attributes/<attribute_id>")
@keepers
def save_attribute(attribute_id: str) -> Answer:
    """Change an attribute, unless a colleague did so meanwhile."""
    one, form = _need(attribute_id), _sent()
    return attempt(
        form,
        lambda work: edit_attribute(
            work,
            attribute_id,
            draft=form.draft(),
            seen_version=form.seen(),
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _form_page(form, one.kind, _need(attribute_id)),
        then=lead_on(url_for("catalog_desk.show_attributes"), _("Saved.")),
    )


@blueprint.post("/attributes/<attribute_id>/shift")
@keepers
def shift_one(attribute_id: str) -> Answer:
    """Move an attribute up or down by one."""
    form = ShiftForm()
    return attempt(
        form,
        lambda work: shift_attribute(
            work, attribute_id, step=form.by(), actor=guards.current_actor(), now=clock.now()
        ),
        again=lambda: _list_page(form),
        then=lead_on(url_for("catalog_desk.show_attributes") + f"#at-{attribute_id}"),
    )


@blueprint.post("/attributes/<attribute_id>/retire")
@keepers
def retire_one(attribute_id: str) -> Answer:
    """Hide an attribute, or show it again."""
    one, form = _need(attribute_id), RetireForm()
    return attempt(
        form,
        lambda work: retire_attribute(
            work,
            attribute_id,
            retired=not one.retired,
            reason=form.reason.data or "",
            seen_version=form.seen(),
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _form_page(attribute_form(one), one.kind, one, retire=form),
        then=lead_on(url_for("catalog_desk.show_attributes"), _("Saved.")),
    )


def _kind(kind: str) -> AttributeKind:
    try:
        return AttributeKind(kind)
    except ValueError:
        raise NotFound from None


def _need(attribute_id: str) -> Definition:
    one = next((one for one in definitions(db()) if one.id == attribute_id), None)
    if one is None:
        raise NotFound
    return one


def _sent() -> AttributeForm:
    form = attribute_form(None, request.form)
    form.offer(shelf_names(db()))
    return form


def _list_page(form: ShiftForm) -> str:
    found = definitions(db())
    return page(
        "catalog/attributes.html",
        form=form,
        rows=[one for one in found if not one.retired],
        gone=[one for one in found if one.retired],
        kinds=list(AttributeKind),
        listing_kinds={kind.value: kind for kind in ListingKind},
        shelves={key: name for key, _above, name in shelf_names(db())},
        may=guards.current_actor().has(*KEEPERS),
    )


def _form_page(
    form: AttributeForm,
    kind: AttributeKind,
    one: Definition | None,
    *,
    retire: RetireForm | None = None,
) -> str:
    form.offer(shelf_names(db()))
    if one is not None:
        version = str(one.version)
        retire = retire or RetireForm(formdata=None, data={"version": version})
        if form.problem == str(_(ShelfEditedMeanwhile.message)):
            # The next try is made knowing of the other change.
            form.version.data = version
    return page(
        "catalog/attribute.html",
        form=form,
        kind=kind,
        one=one,
        used=use_of(db(), one) if one else {},
        retire=retire,
    )

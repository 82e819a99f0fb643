"""The trade office's desk: the category tree."""

from flask import request, url_for
from flask_babel import gettext as _

from accounts import guards
from catalog.desk.blueprint import blueprint
from catalog.errors import ShelfEditedMeanwhile
from catalog.forms.categories import CategoryForm, CloseForm, ShiftForm, category_form
from catalog.queries.categories import (
    KeptCategory,
    gone_categories,
    kept_categories,
    old_addresses,
)
from catalog.rules import OFFICE_ROLES
from catalog.rules.shelves import FIXED, KEEPERS
from catalog.services.categories import (
    add_category,
    close_category,
    edit_category,
    shift_category,
)
from kernel import clock
from kernel.errors import NotFound
from kernel.web.answers import Answer
from kernel.web.attempts import attempt, lead_on
from kernel.web.pages import page
from kernel.web.session import db

readers = guards.needs(*OFFICE_ROLES)
keepers = guards.needs(*KEEPERS)


@blueprint.get("/categories")
@readers
def show_categories() -> Answer:
    """Show the tree."""
    return _tree_page(ShiftForm(formdata=None))


@blueprint.get("/categories/new")
@keepers
def new_category() -> Answer:
    """Show the empty form; ``under`` is the id of the shelf above."""
    form, rows = category_form(None), kept_categories(db())
    form.offer(rows, None)
    form.parent_id.data = request.args.get("under", "")
    return _form_page(form, None)


@blueprint.post("/categories/new")
@keepers
def add_shelf() -> Answer:
    """Put up a shelf."""
    form = CategoryForm()
    form.offer(kept_categories(db()), None)
    return attempt(
        form,
        lambda work: add_category(
            work, draft=form.draft(), actor=guards.current_actor(), now=clock.now()
        ),
        again=lambda: _form_page(form, None),
        then=lead_on(url_for("catalog_desk.show_categories"), _("The category is added.")),
    )


@blueprint.get("/categories/<category_id>")
@keepers
def show_category(category_id: str) -> Answer:
    """Show one shelf with what can be changed about it."""
    row = _need(category_id)
    return _form_page(category_form(row), row)


@blueprint.post("/categories/<category_id>")
@keepers
def save_category(category_id: str) -> Answer:
    """Change a shelf, unless a colleague did so meanwhile."""
    row, form = _need(category_id), CategoryForm()
    form.offer(kept_categories(db()), row)
    return attempt(
        form,
        lambda work: edit_category(
            work,
            category_id,
            draft=form.draft(),
            seen_version=form.seen(),
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _form_page(form, _need(category_id)),
        then=lead_on(url_for("catalog_desk.show_categories"), _("Saved.")),
    )


@blueprint.post("/categories/<category_id>/shift")
@keepers
def shift_shelf(category_id: str) -> Answer:
    """Move a shelf up or down by one."""
    form = ShiftForm()
    return attempt(
        form,
        lambda work: shift_category(
            work, category_id, step=form.by(), actor=guards.current_actor(), now=clock.now()
        ),
        again=lambda: _tree_page(form),
        then=lead_on(url_for("catalog_desk.show_categories") + f"#at-{category_id}"),
    )


@blueprint.post("/categories/<category_id>/close")
@keepers
def close_shelf(category_id: str) -> Answer:
    """Take down a shelf; its goods go to another one."""
    row, form = _need(category_id), CloseForm()
    form.offer(kept_categories(db()), row)
    return attempt(
        form,
        lambda work: close_category(
            work,
            category_id,
            into_id=form.into_id.data or None,
            reason=form.reason.data or "",
            seen_version=form.seen(),
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _form_page(category_form(row), row, close=form),
        then=lead_on(url_for("catalog_desk.show_categories"), _("The category is taken down.")),
    )


def _need(category_id: str) -> KeptCategory:
    row = next((one for one in kept_categories(db()) if one.id == category_id), None)
    if row is None:
        raise NotFound
    return row


def _tree_page(form: ShiftForm) -> str:
    return page(
        "catalog/categories.html",
        rows=kept_categories(db()),
        gone=gone_categories(db()),
        form=form,
        may=guards.current_actor().has(*KEEPERS),
    )


def _form_page(
    form: CategoryForm, row: KeptCategory | None, *, close: CloseForm | None = None
) -> str:
    rows = kept_categories(db())
    form.offer(rows, row)
    if row is not None and close is None:
        close = CloseForm(formdata=None, data={"version": str(row.version)})
        close.offer(rows, row)
    if row is not None and form.problem == str(_(ShelfEditedMeanwhile.message)):
        # The next try is made knowing of the other change.
        form.version.data = str(row.version)
    return page(
        "catalog/category.html",
        form=form,
        row=row,
        close=close,
        fixed=row is not None and row.key in FIXED,
        beneath=[one for one in rows if row and one.parent_id == row.id],
        led=old_addresses(db(), row.id) if row else (),
    )

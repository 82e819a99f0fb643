"""What is said of goods by attribute: fields that hang on the category."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flask import request, url_for

from catalog.forms.attributes import ask_attributes
from catalog.queries.attributes import definitions, shelf_ids
from catalog.queries.workbench import Work
from catalog.rules import ListingKind
from catalog.rules.attributes import Definition, applying
from catalog.views.blueprint import blueprint, sellers
from catalog.views.needs import need_work
from kernel.errors import NotFound
from kernel.web.answers import Answer
from kernel.web.forms import Form
from kernel.web.pages import page
from kernel.web.session import db

if TYPE_CHECKING:
    from catalog.forms.listings import WordsForm


@blueprint.get("/new/<kind>/fields")
@sellers
def show_fields(vendor_id: str, kind: str) -> Answer:
    """Show the fields of another category, with what was written so far."""
    if kind not in {one.value for one in ListingKind}:
        raise NotFound
    code = request.args.get("code", "")
    stored = need_work(vendor_id, code).listing.attributes if code else {}
    form = Form(formdata=None)
    asked = _asked(kind, request.args.get("category_id", ""))
    ask_attributes(form, asked, stored, request.args)
    return page("catalog/attribute_fields.html", form=form)


def offer_attributes(
    form: "WordsForm", vendor_id: str, kind: ListingKind, work: Work | None
) -> None:
    """Add the fields of the chosen category to a form; another choice fetches its own."""
    first: Any = form.category_id.choices
    chosen = form.category_id.data or (first[0].value if first else "")
    stored: Mapping[str, Any] = work.listing.attributes if work else {}
    sent = request.form if request.method == "POST" else None
    ask_attributes(form, _asked(kind.value, chosen), stored, sent)
    code = work.listing.code if work else None
    form.category_id.render_kw = {
        "hx-get": url_for("catalog.show_fields", vendor_id=vendor_id, kind=kind.value, code=code),
        "hx-trigger": "change",
        "hx-target": "#attributes",
        "hx-swap": "outerHTML",
        "hx-include": "#attributes",
    }


def _asked(kind: str, category_id: str) -> list[Definition]:
    return applying(definitions(db()), kind, shelf_ids(db(), category_id[:26]))

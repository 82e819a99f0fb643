"""In which languages the vendor's offers are told, and whether anybody looked at the words."""

from flask import request, url_for
from flask_babel import gettext as _

from accounts import guards
from catalog.forms.languages import SeenForm
from catalog.queries.addresses import worded, worded_listing
from catalog.rules.addresses import LanguageState
from catalog.services.addresses import mark_seen
from catalog.views.blueprint import blueprint, sellers
from kernel import clock
from kernel.errors import need_found
from kernel.web.answers import Answer
from kernel.web.attempts import attempt, lead_on
from kernel.web.pages import page
from kernel.web.paging import page_number
from kernel.web.session import db

GROUPS: dict[str, tuple[LanguageState | None, str | None]] = {
    "all": (None, None),
    "missing": (LanguageState.MISSING, "en"),
    "unseen": (LanguageState.UNSEEN, None),
}


@blueprint.get("/languages")
@sellers
def show_languages(vendor_id: str) -> Answer:
    """List offers with their languages: all, without English, or with words nobody looked at."""
    group = request.args.get("state", "all")
    group = group if group in GROUPS else "all"
    state, lang = GROUPS[group]
    rows = worded(
        db(),
        vendor_id=vendor_id,
        state=state,
        lang=lang,
        page=page_number(),
    )
    return page("catalog/languages.html", vendor_id=vendor_id, rows=rows, group=group)


@blueprint.get("/<code>/languages")
@sellers
def show_wordings(vendor_id: str, code: str) -> Answer:
    """Show the words of one offer in every language."""
    return _wordings_page(vendor_id, code, SeenForm())


@blueprint.post("/<code>/languages")
@sellers
def see_wording(vendor_id: str, code: str) -> Answer:
    """Note that somebody looked at the words of one language."""
    form = SeenForm()
    return attempt(
        form,
        lambda session: mark_seen(
            session,
            vendor_id,
            code=code,
            lang=form.lang.data or "",
            digest=form.digest.data or "",
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _wordings_page(vendor_id, code, form),
        then=lead_on(
            url_for("catalog.show_wordings", vendor_id=vendor_id, code=code),
            _("Noted: somebody looked at these words."),
        ),
    )


def _wordings_page(vendor_id: str, code: str, form: SeenForm) -> str:
    found = need_found(worded_listing(db(), vendor_id=vendor_id, code=code))
    return page("catalog/wordings.html", vendor_id=vendor_id, listing=found, form=form)

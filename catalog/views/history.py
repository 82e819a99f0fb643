"""What a listing said before: every saved version, what differs, and the way back."""

from flask import url_for
from flask_babel import gettext as _

from accounts import guards
from catalog.forms.parts import number
from catalog.forms.steps import RestoreForm
from catalog.queries.revisions import Revision, difference, revision_of, revisions
from catalog.queries.workbench import Work
from catalog.rules import EDITABLE
from catalog.services.restoring import restore_revision
from catalog.views.blueprint import blueprint, sellers
from catalog.views.needs import need_work
from kernel import clock
from kernel.errors import need_found
from kernel.web.answers import Answer
from kernel.web.attempts import attempt, lead_on
from kernel.web.pages import page
from kernel.web.paging import page_number
from kernel.web.session import db
from vendors.rules import Scheme


@blueprint.get("/<code>/history")
@sellers
def show_history(vendor_id: str, code: str) -> Answer:
    """List the versions of a listing, newest first."""
    work = need_work(vendor_id, code)
    found = revisions(db(), work.listing.id, page=page_number())
    return page("catalog/history.html", work=work, listing=work.listing, found=found)


@blueprint.get("/<code>/history/<int:revision>")
@sellers
def show_revision(vendor_id: str, code: str, revision: int) -> Answer:
    """Show what one version changed, or (``to=now``) what it would change if restored."""
    work = need_work(vendor_id, code)
    return _revision_page(work, revision, RestoreForm(formdata=None))


@blueprint.post("/<code>/history/<int:revision>")
@sellers
def restore(vendor_id: str, code: str, revision: int) -> Answer:
    """Write a version anew."""
    work, form = need_work(vendor_id, code), RestoreForm()
    wanted = _revision(work, revision)
    return attempt(
        form,
        lambda session: restore_revision(
            session,
            vendor_id,
            code=code,
            revision_id=wanted.id,
            seen_version=number(form.version.data),
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _revision_page(need_work(vendor_id, code), revision, form),
        then=lead_on(
            url_for("catalog.show_listing", vendor_id=vendor_id, code=code),
            _("Restored. What the office must see first waits for it."),
        ),
    )


def _revision(work: Work, number_: int) -> Revision:
    return need_found(revision_of(db(), work.listing.id, min(number_, 2**31)))


def _revision_page(work: Work, number_: int, form: RestoreForm) -> str:
    listing = work.listing
    one = _revision(work, number_)
    newest = revisions(db(), listing.id, size=1).items
    before = revision_of(db(), listing.id, one.number - 1)
    is_newest = one.number == newest[0].number
    form.version.data = str(listing.version)
    return page(
        "catalog/revision.html",
        work=work,
        listing=listing,
        one=one,
        form=form,
        is_newest=is_newest,
        changed=difference(db(), before.values, one.values, listing.unit) if before else None,
        back=None if is_newest else difference(db(), newest[0].values, one.values, listing.unit),
        editable=listing.state in EDITABLE,
        schemes={scheme.value: scheme for scheme in Scheme},
    )

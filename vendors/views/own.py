"""What a vendor does about itself: people, certificates, its words to the public."""

from datetime import date
from typing import cast

from flask import flash, url_for
from flask_babel import gettext as _

from accounts import guards
from kernel import clock
from kernel.db import transaction
from kernel.errors import DomainError, NotFound
from kernel.settings import Settings
from kernel.web.answers import Answer, go
from kernel.web.forms import form_error
from kernel.web.pages import page
from kernel.web.session import db, part
from vendors import queries
from vendors.forms import CertificateForm, MemberForm, PressForm, ProfileForm
from vendors.queries.foresight import Foresight
from vendors.rules import Scheme
from vendors.services import certifying, members, presenting
from vendors.views.blueprint import blueprint


@blueprint.get("/work/<vendor_id>/members")
@guards.member("owner")
def show_members(vendor_id: str) -> Answer:
    """List who works here."""
    return _members_page(MemberForm(), vendor_id)


@blueprint.post("/work/<vendor_id>/members")
@guards.member("owner")
def invite_member(vendor_id: str) -> Answer:
    """Let somebody work here, or change as what."""
    form = MemberForm()
    try:
        if not form.validate():
            return _members_page(form, vendor_id), 422
        with transaction(db()) as work:
            known = members.invite_member(
                work,
                vendor_id,
                contact=form.contact.data,
                roles=form.roles.data,
                link=f"{part(Settings).public_url}/join/",
                actor=guards.current_actor(),
                now=clock.now(),
            )
    except DomainError as refusal:
        form_error(form, refusal)
        return _members_page(form, vendor_id), refusal.status
    flash(_("Saved.") if known else _("An invitation is on its way."))
    return go(url_for("vendors.show_members", vendor_id=vendor_id))


@blueprint.post("/work/<vendor_id>/members/<user_id>/remove")
@guards.member()
def remove_member(vendor_id: str, user_id: str) -> Answer:
    """End somebody's work here."""
    actor = guards.current_actor()
    with transaction(db()) as work:
        members.remove_member(work, vendor_id, user_id=user_id, actor=actor, now=clock.now())
    if user_id == actor.user_id:
        return go(url_for("vendors.show_welcome"))
    flash(_("Saved."))
    return go(url_for("vendors.show_members", vendor_id=vendor_id))


@blueprint.get("/work/<vendor_id>/certificates")
@guards.member()
def show_certificates(vendor_id: str) -> Answer:
    """List certificates and where they stand."""
    return _certificates_page(CertificateForm(), vendor_id)


@blueprint.post("/work/<vendor_id>/certificates")
@guards.member("owner")
def add_certificate(vendor_id: str) -> Answer:
    """Enter a certificate."""
    form = CertificateForm()
    try:
        if not form.validate():
            return _certificates_page(form, vendor_id), 422
        with transaction(db()) as work:
            certifying.add_certificate(
                work,
                vendor_id,
                paperwork=_paperwork(form),
                actor=guards.current_actor(),
                now=clock.now(),
            )
    except DomainError as refusal:
        form_error(form, refusal)
        return _certificates_page(form, vendor_id), refusal.status
    flash(_("Saved. The badge appears once the trade office has checked it."))
    return go(url_for("vendors.show_certificates", vendor_id=vendor_id))


@blueprint.post("/work/<vendor_id>/certificates/<certificate_id>/remove")
@guards.member("owner")
def remove_certificate(vendor_id: str, certificate_id: str) -> Answer:
    """Take back a certificate that was not judged yet."""
    with transaction(db()) as work:
        certifying.remove_certificate(
            work,
            certificate_id,
            vendor_id=vendor_id,
            actor=guards.current_actor(),
            now=clock.now(),
        )
    return go(url_for("vendors.show_certificates", vendor_id=vendor_id))


@blueprint.get("/work/<vendor_id>/profile")
@guards.member("owner")
def show_profile(vendor_id: str) -> Answer:
    """Show story and contact for changing."""
    dossier = _dossier(vendor_id)
    form = ProfileForm(obj=dossier)
    form.story_vi.data = dossier.story.get("vi", "")
    form.story_en.data = dossier.story.get("en", "")
    return page("vendors/profile.html", form=form, dossier=dossier)


@blueprint.post("/work/<vendor_id>/profile")
@guards.member("owner")
def save_profile(vendor_id: str) -> Answer:
    """Change story and contact."""
    form = ProfileForm()
    try:
        if not form.validate():
            return page("vendors/profile.html", form=form, dossier=_dossier(vendor_id)), 422
        story = {"vi": form.story_vi.data or "", "en": form.story_en.data or ""}
        profile = presenting.Profile(
            phone=form.phone.data or "",
            email=form.email.data or None,
            story={lang: text for lang, text in story.items() if text},
        )
        with transaction(db()) as work:
            presenting.save_profile(
                work, vendor_id, profile=profile, actor=guards.current_actor(), now=clock.now()
            )
    except DomainError as refusal:
        form_error(form, refusal)
        return page("vendors/profile.html", form=form, dossier=_dossier(vendor_id)), refusal.status
    flash(_("Saved."))
    return go(url_for("vendors.show_profile", vendor_id=vendor_id))


def _dossier(vendor_id: str) -> queries.Dossier:
    dossier = queries.dossier(db(), vendor_id)
    if dossier is None:
        raise NotFound
    return dossier


def _paperwork(form: CertificateForm) -> certifying.Paperwork:
    product = form.product.data or ""
    return certifying.Paperwork(
        scheme=Scheme(form.scheme.data),
        number=form.number.data,
        issuer=form.issuer.data,
        valid_from=cast(date, form.valid_from.data),
        last_day=form.last_day.data,
        stars=int(form.stars.data) if form.stars.data else None,
        scope={"product": product} if product else {},
    )


def _members_page(form: MemberForm, vendor_id: str) -> str:
    return page(
        "vendors/members.html",
        form=form,
        press=PressForm(),
        people=queries.members(db(), vendor_id),
        invitations=queries.open_invitations(db(), vendor_id, now=clock.now()),
    )


def _certificates_page(form: CertificateForm, vendor_id: str) -> str:
    today = clock.local_date(clock.now())
    return page(
        "vendors/certificates.html",
        means=part(Foresight).foresee(db(), vendor_id, today),
        form=form,
        press=PressForm(),
        certificates=queries.certificates(db(), vendor_id),
        today=today,
        is_owner=guards.current_actor().serves(vendor_id, "owner"),
    )

"""The border of a plot: drawn with a finger, walked with the phone, or written."""

from flask import Response, after_this_request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms.validators import Length, ValidationError

from accounts import guards
from kernel import clock
from kernel.errors import Invalid, need_found
from kernel.web.answers import Answer
from kernel.web.attempts import attempt, lead_on
from kernel.web.forms import Form, TextAreaField, refusal_text
from kernel.web.pages import page
from kernel.web.session import db
from traceability.queries.outlines import Bordered, bordered
from traceability.rules.outlines import Corner, area_m2, draw, read_outline, write_outline
from traceability.services.outlines import draw_plot
from traceability.views.blueprint import blueprint, recorders

HERE = "geolocation=(self), microphone=(), camera=(self), payment=()"


class OutlineForm(Form):
    """Corners of a border, one a line."""

    outline = TextAreaField(_l("Corners: latitude, longitude, one a line"), [Length(max=10_000)])
    takes_area = BooleanField(_l("The area of the plot is that inside the border"))

    corners: list[Corner]

    def validate_outline(self, field: TextAreaField) -> None:
        """Read the corners."""
        try:
            self.corners = read_outline(field.data or "")
        except Invalid as refusal:
            raise ValidationError(refusal_text(refusal)) from None


@blueprint.get("/plots/<plot_id>/outline")
@recorders
def show_outline(vendor_id: str, plot_id: str) -> Answer:
    """Show the border of a plot among its neighbours."""
    found = _need(vendor_id, plot_id)
    known = {"outline": write_outline(found.outline), "takes_area": not found.outline}
    return _outline_page(vendor_id, found, OutlineForm(data=known))


@blueprint.post("/plots/<plot_id>/outline")
@recorders
def save_outline(vendor_id: str, plot_id: str) -> Answer:
    """Keep the border of a plot."""
    found = _need(vendor_id, plot_id)
    form = OutlineForm()
    return attempt(
        form,
        lambda session: draw_plot(
            session,
            plot_id,
            outline=form.corners,
            takes_area=form.takes_area.data,
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _outline_page(vendor_id, found, form),
        then=lead_on(url_for("traceability.show_farm", vendor_id=vendor_id), _("Saved.")),
    )


def _need(vendor_id: str, plot_id: str) -> Bordered:
    return need_found(bordered(db(), plot_id, vendor_id=vendor_id))


def _outline_page(vendor_id: str, found: Bordered, form: OutlineForm) -> str:
    after_this_request(_let_walk)
    return page(
        "traceability/outline.html",
        vendor_id=vendor_id,
        plot=found,
        form=form,
        drawn=draw(found.outline, found.others),
        inside_m2=area_m2(found.outline) if found.outline else 0,
    )


def _let_walk(response: Response) -> Response:
    # Walking the border needs to know where the phone is; no other page of the farm does.
    response.headers["Permissions-Policy"] = HERE
    return response

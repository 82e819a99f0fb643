"""The form of a new document, filled with what the dossier already says."""

from kernel import places
from kernel.actor import Actor
from vendors.forms.decisions import DocumentForm
from vendors.queries import Dossier
from vendors.rules.decisions import KIND_OF_STEP, DecisionKind
from vendors.rules.wording import Known, first_words


def prefilled(dossier: Dossier, kind: DecisionKind, actor: Actor, market: str) -> DocumentForm:
    """Return the form with the reason and the article of the step that asks for the document."""
    step = next((s for s in dossier.steps if KIND_OF_STEP.get(s.action) is kind), None)
    place = places.commune(dossier.commune).name if dossier.commune else ""
    known = Known(
        name=dossier.name,
        address=", ".join(part for part in (dossier.address, place) if part),
        reason=step.reason if step else "",
        ground=step.ground if step else "",
        market=market,
    )
    subject, grounds, articles = first_words(kind, known)
    form = DocumentForm(formdata=None)
    form.subject.data, form.grounds.data = subject, "\n".join(grounds)
    form.articles.data = "\n\n".join(articles)
    form.recipients.data = dossier.name
    form.signer_name.data = actor.name if actor.has("approver") else ""
    return form

"""Forms of the application, the office and the vendor's own pages."""

from vendors.forms.absence import VacationForm
from vendors.forms.applying import (
    AppealForm,
    OffersForm,
    PapersForm,
    PersonForm,
    ProofForm,
    SubmitForm,
    WhereForm,
    WhoForm,
)
from vendors.forms.desk import (
    ChargeForm,
    DecisionForm,
    HandOverForm,
    LineForm,
    NoteForm,
    PressForm,
    ReasonForm,
)
from vendors.forms.own import CertificateForm, MemberForm, ProfileForm
from vendors.forms.parts import day_in

__all__ = [
    "AppealForm",
    "CertificateForm",
    "ChargeForm",
    "DecisionForm",
    "HandOverForm",
    "LineForm",
    "MemberForm",
    "NoteForm",
    "OffersForm",
    "PapersForm",
    "PersonForm",
    "PressForm",
    "ProfileForm",
    "ProofForm",
    "ReasonForm",
    "SubmitForm",
    "VacationForm",
    "WhereForm",
    "WhoForm",
    "day_in",
]

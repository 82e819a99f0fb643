"""Forms of the application, the office and the vendor's own pages."""

from vendors.forms.absence import VacationForm
from vendors.forms.applying import PapersForm, SubmitForm, WhereForm, WhoForm
from vendors.forms.desk import DecisionForm, PressForm, ReasonForm
from vendors.forms.own import CertificateForm, MemberForm, ProfileForm

__all__ = [
    "CertificateForm",
    "DecisionForm",
    "MemberForm",
    "PapersForm",
    "PressForm",
    "ProfileForm",
    "ReasonForm",
    "SubmitForm",
    "VacationForm",
    "WhereForm",
    "WhoForm",
]

"""Small rules: numbers, ages, stars, roles, what is missing, how urgent."""

import re
from collections.abc import Iterable
from datetime import date, timedelta

from stdnum.exceptions import ValidationError
from stdnum.vn import mst

from kernel.errors import Invalid, NotAllowed
from kernel.messages import msg
from vendors.rules.kinds import LegalForm, Scheme

YOUNGEST = 18
"""Whoever answers for a vendor is of age."""

_HIDDEN = "•••• "


def open_steps(*, sells: bool, person: bool, place: bool) -> list[str]:
    """Return which steps of an application are not complete: ``who``, ``person``, ``where``."""
    done = {"who": sells, "person": person, "where": place}
    return [step for step, is_done in done.items() if not is_done]


def need_grown_up(birthday: date, on: date) -> None:
    """Refuse the birthday of a child, or of nobody alive.

    :raises Invalid: then.
    """
    age = on.year - birthday.year - ((on.month, on.day) < (birthday.month, birthday.day))
    if not YOUNGEST <= age <= 120:
        raise Invalid(
            msg("Whoever answers for a vendor is at least %(years)s years old."),
            field="birthday",
            years=YOUNGEST,
        )


def appeal_end(decided_on: date, days: int) -> date:
    """Return the last day on which a decision of a day can be appealed against."""
    return decided_on + timedelta(days=days)


def registration_number(form: LegalForm, text: str) -> str:
    """Return a tax code (10 or 13 digits) or a personal number (12 digits) as digits.

    An individual's tax code is the personal number (since 1 July 2025); a
    household may give either. All others have a tax code with a check digit.

    :raises Invalid: when it is neither.
    """
    digits = re.sub(r"[\s.-]", "", text)
    if form is LegalForm.INDIVIDUAL:
        return personal_number(digits, field="registration_no")
    if form is LegalForm.HOUSEHOLD and _is_personal(digits):
        return digits
    try:
        return str(mst.validate(digits))
    except ValidationError:
        raise Invalid(
            msg("This is not a valid tax code: it has 10 or 13 digits."), field="registration_no"
        ) from None


def personal_number(text: str, *, field: str = "number") -> str:
    """Return the 12 digits of a personal number.

    :raises Invalid: when it is none.
    """
    digits = re.sub(r"[\s.-]", "", text)
    if not _is_personal(digits):
        raise Invalid(msg("Write the 12 digits of the citizen identity card."), field=field)
    return digits


def _is_personal(digits: str) -> bool:
    return bool(re.fullmatch(r"\d{12}", digits, re.ASCII)) and digits[:3] != "000"


def is_personal_number(form: LegalForm, number: str) -> bool:
    """Tell whether a registration number is a person's: an individual's, or 12 digits of a household."""
    return form is LegalForm.INDIVIDUAL or (form is LegalForm.HOUSEHOLD and _is_personal(number))


def hidden(number: str) -> str:
    """Return what everybody may read of a personal number: its last four digits."""
    return f"{_HIDDEN}{number[-4:]}" if number else ""


def is_hidden(text: str) -> bool:
    """Tell whether this is a personal number as everybody may read it."""
    return text.startswith(_HIDDEN)


def masked(number: str | None) -> str:
    """Return a number with all but its last four characters hidden."""
    return "" if not number else "•" * max(len(number) - 4, 0) + number[-4:]


def shows_number(form: LegalForm, number: str | None) -> bool:
    """Tell whether the public reads this number: a business's is, a person's is not."""
    is_ones_own = is_hidden(number or "") or _is_personal(number or "")
    return bool(number) and form is not LegalForm.INDIVIDUAL and not is_ones_own


def need_stars(scheme: Scheme, stars: int | None) -> int | None:
    """Return the stars of an OCOP certificate, None for all others.

    :raises Invalid: when OCOP stars are not 3, 4 or 5.
    """
    if scheme is not Scheme.OCOP:
        return None
    if stars not in {3, 4, 5}:
        raise Invalid(msg("OCOP products have 3, 4 or 5 stars."), field="stars")
    return stars


def urgency(days_left: int | None) -> str:
    """Return how pressing a dossier is by its remaining working days."""
    if days_left is None:
        return "none"
    if days_left < 0:
        return "late"
    return "soon" if days_left <= 2 else "calm"


def need_member_roles(roles: Iterable[str], known: frozenset[str]) -> list[str]:
    """Return the roles of a member, sorted.

    :raises Invalid: for none or an unknown one.
    """
    wanted = frozenset(roles)
    if not wanted or not wanted <= known:
        raise Invalid(msg("Choose at least one role."), field="roles")
    return sorted(wanted)


def need_other_owner(owners: Iterable[str], leaving: str) -> None:
    """Refuse a change that leaves a vendor without an owner.

    :raises NotAllowed: when the last owner would leave.
    """
    if not set(owners) - {leaving}:
        raise NotAllowed(msg("A vendor needs at least one owner."))

"""The second step of sign-in: one-time codes of an app, and recovery codes."""

from collections.abc import Sequence
from datetime import datetime

from flask_security.totp import Totp
from passlib.exc import TokenError  # type: ignore[import-untyped]
from sqlalchemy.orm import Session

from accounts.errors import SecondFactorNeeded, WrongCode
from accounts.models import Passkey, User
from accounts.queries import roles_of, second_factors
from accounts.rules import RECOVERY_CODES, Contact, digest, is_staff
from accounts.services.people import need_user
from accounts.services.tries import count_try, forget_tries
from kernel import audit
from kernel.actor import Actor
from kernel.errors import NotAllowed, NotFound
from kernel.i18n import DEFAULT
from kernel.ids import short_code
from kernel.mail import Address, notify

DEMO_SECRET = "CHOPHIENDEMOONLY"  # noqa: S105 - known to everybody, worthless in production
STEP_SECONDS = 30


class Authenticator(Totp):
    """Flask-Security's one-time codes, with a clock handed in and no code taken twice.

    Secrets are kept encrypted under the market's secret key. The known secret
    of the demo accounts opens nothing unless ``demo`` is set.
    """

    def __init__(self, key: str, issuer: str, *, demo: bool) -> None:
        super().__init__({"1": key}, issuer)
        self.demo = demo

    def wrap(self, base32: str) -> str:
        """Return a given secret, encrypted."""
        return str(self._totp(key=base32, format="base32").to_json(encrypt=True))

    def is_demo(self, secret: str) -> bool:
        """Tell whether an encrypted secret is the one of the demo accounts."""
        return bool(self.get_totp_b32_key(secret) == DEMO_SECRET)

    def code(self, secret: str, now: datetime) -> str:
        """Return the code that an app shows at an instant."""
        return str(self._totp.from_source(secret).generate(int(now.timestamp())).token)

    def step_of(self, code: str, secret: str, *, now: datetime, after: int | None) -> int | None:
        """Return the time step of a right code later than step ``after``, else None."""
        demo = self.is_demo(secret)
        if demo and not self.demo:
            return None
        try:
            match = self._totp.verify(
                code,
                secret,
                time=int(now.timestamp()),
                window=STEP_SECONDS,
                last_counter=None if demo else after,
            )
        except TokenError:
            return None
        return int(match.counter)


def begin_code(session: Session, user_id: str, *, now: datetime) -> None:
    """Count a try to show a second factor.

    :raises TooManyTries: while the person is locked out.
    """
    count_try(session, _key(user_id), now=now)


def use_code(
    session: Session, user_id: str, *, code: str, authenticator: Authenticator, now: datetime
) -> None:
    """Take a one-time code of the app or a recovery code; each works once.

    :raises WrongCode: when it is neither.
    """
    user = need_user(session, user_id)
    if not (_take_totp(user, code, authenticator, now) or _take_recovery(user, code)):
        raise WrongCode(field="code")
    forget_tries(session, _key(user_id))


def enrol_totp(
    session: Session,
    *,
    secret: str,
    code: str,
    authenticator: Authenticator,
    actor: Actor,
    now: datetime,
) -> Sequence[str]:
    """Ask for codes of this app from now on; return fresh recovery codes if there were none.

    :raises WrongCode: when the app does not yet show the right code.
    """
    user = need_user(session, actor.user_id or "")
    step = authenticator.step_of(code, secret, now=now, after=None)
    if step is None:
        raise WrongCode(field="code")
    user.tf_primary_method, user.tf_totp_secret, user.tf_last_step = "authenticator", secret, step
    note_change(session, user, "second_factor.totp_added", actor, now)
    return first_codes(user)


def enrol_demo(
    session: Session, user_id: str, *, authenticator: Authenticator, now: datetime
) -> None:
    """Give a demo account the known secret, whose code the demo shows.

    :raises NotAllowed: in production.
    """
    if not authenticator.demo:
        raise NotAllowed
    user = need_user(session, user_id)
    user.tf_primary_method, user.tf_totp_secret = "authenticator", authenticator.wrap(DEMO_SECRET)
    actor = Actor(user.id, user.full_name)
    audit.record(
        session, "second_factor.demo_added", actor=actor, subject=("user", user.id), now=now
    )


def remove_totp(session: Session, *, actor: Actor, now: datetime) -> None:
    """Ask no more for codes of the app.

    :raises SecondFactorNeeded: when it is the last factor of somebody with an office role.
    """
    user = need_user(session, actor.user_id or "")
    if user.tf_totp_secret is None:
        return
    need_spare_factor(session, user.id)
    user.tf_primary_method = user.tf_totp_secret = user.tf_last_step = None
    forget_unneeded_codes(session, user)
    note_change(session, user, "second_factor.totp_removed", actor, now)


def remove_passkey(session: Session, passkey_id: str, *, actor: Actor, now: datetime) -> None:
    """Forget one of a person's passkeys.

    :raises NotFound: when it is not theirs.
    :raises SecondFactorNeeded: when it is the last factor of somebody with an office role.
    """
    user = need_user(session, actor.user_id or "")
    key = session.get(Passkey, passkey_id)
    if key is None or key.user_id != user.id:
        raise NotFound
    need_spare_factor(session, user.id)
    session.delete(key)
    session.flush()
    forget_unneeded_codes(session, user)
    note_change(session, user, "second_factor.passkey_removed", actor, now)


def renew_codes(session: Session, *, actor: Actor, now: datetime) -> Sequence[str]:
    """Make new recovery codes; the old ones are void.

    :raises NotFound: when there is no second factor that could get lost.
    """
    user = need_user(session, actor.user_id or "")
    if not second_factors(session, user.id).count:
        raise NotFound
    user.mf_recovery_codes = None
    note_change(session, user, "second_factor.codes_renewed", actor, now)
    return first_codes(user)


def first_codes(user: User) -> Sequence[str]:
    """Give a person recovery codes unless they have some; only digests are kept."""
    if user.mf_recovery_codes:
        return ()
    codes = [short_code(16) for _ in range(RECOVERY_CODES)]
    user.mf_recovery_codes = [digest(code) for code in codes]
    return [f"{code[:4]}-{code[4:8]}-{code[8:12]}-{code[12:]}" for code in codes]


def need_spare_factor(session: Session, user_id: str) -> None:
    """Refuse to take the last factor from somebody who needs one.

    :raises SecondFactorNeeded: when an office role would be left without a factor.
    """
    if second_factors(session, user_id).count > 1:
        return
    if is_staff(roles_of(session, user_id)):
        raise SecondFactorNeeded


def forget_unneeded_codes(session: Session, user: User) -> None:
    """Drop the recovery codes of somebody without a second factor."""
    session.flush()
    if not second_factors(session, user.id).count:
        user.mf_recovery_codes = None


def note_change(session: Session, user: User, action: str, actor: Actor, now: datetime) -> None:
    """Record a change of second factors and tell the person."""
    audit.record(session, action, actor=actor, subject=("user", user.id), now=now)
    own = Contact(user.email, None if user.email else user.phone)
    to = Address(email=own.email, phone=own.phone, lang=user.lang or DEFAULT)
    notify(session, "accounts/second_factor_changed", to=to, now=now)


def _take_totp(user: User, code: str, authenticator: Authenticator, now: datetime) -> bool:
    if user.tf_totp_secret is None:
        return False
    digits = code.replace(" ", "")
    step = authenticator.step_of(digits, user.tf_totp_secret, now=now, after=user.tf_last_step)
    if step is not None:
        user.tf_last_step = step
    return step is not None


def _take_recovery(user: User, code: str) -> bool:
    """Use a recovery code up; small letters, spaces and O for 0 are forgiven."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    found = digest(plain.translate(str.maketrans("OIL", "011")))
    left = user.mf_recovery_codes or []
    if found not in left:
        return False
    user.mf_recovery_codes = [each for each in left if each != found]
    return True


def _key(user_id: str) -> str:
    return f"code:user:{user_id}"

"""Rules of bank accounts: what a number looks like, and whose name it may be in."""

import re
from collections.abc import Iterable

from kernel.banks import BANKS
from kernel.errors import Invalid
from kernel.messages import msg
from kernel.text import fold

_NUMBER = re.compile(r"[0-9A-Z]{6,19}", re.ASCII)


def account_number(text: str) -> str:
    """Return an account number without spaces: 6 to 19 digits or letters (NAPAS 247).

    :raises Invalid: when it is none.
    """
    number = re.sub(r"[\s.-]", "", text).upper()
    if not _NUMBER.fullmatch(number):
        raise Invalid(
            msg("Write the account number: 6 to 19 digits or letters."), field="account_number"
        )
    return number


def need_bank(bank_bin: str) -> str:
    """Return the number of a bank.

    :raises Invalid: for one that is not in the list.
    """
    if bank_bin not in BANKS:
        raise Invalid(msg("Choose the bank from the list."), field="bank_bin")
    return bank_bin


def need_own_name(holder: str, names: Iterable[str]) -> str:
    """Return the holder as banks write it: capitals without accents.

    Payouts go to whoever applied: the account stands in the vendor's name, or in
    that of the person who answers for it.

    :raises Invalid: when it stands in another name.
    """
    written = fold(holder)
    if not written or written not in {fold(name) for name in names if name}:
        raise Invalid(
            msg("The account has to stand in the name of the vendor or of who answers for it."),
            field="holder",
        )
    return written.upper()

"""VietQR codes (NAPAS 247, EMVCo merchant-presented TLV): written and read.

Source: NAPAS, format of VietQR codes, version 1.5.2. Lengths count bytes, so
everything is ASCII. The reader is strict on every level: a code whose checksum
is right and whose inner lengths are not would pay a wrong account.
"""

import re
import unicodedata
from dataclasses import dataclass

from kernel.banks import BANKS
from kernel.ids import ALPHABET
from payments.errors import NotVietQr

NAPAS = "A000000727"
TO_ACCOUNT, TO_CARD = "QRIBFTTA", "QRIBFTTC"
_SERVICES = frozenset({TO_ACCOUNT, TO_CARD, "QRPUSH", "QRCASH"})
_FIELD = re.compile(r"(\d{2})(\d{2})", re.ASCII)
_AMOUNT = re.compile(r"(?=.{1,13}$)(\d+)(?:\.0*)?", re.ASCII)
_ACCOUNT = re.compile(r"[0-9A-Za-z]{1,19}", re.ASCII)
_PRINTABLE = re.compile(r"[ -~]*", re.ASCII)
MEMO_PREFIX = "CP"
MEMO_MOST = 25


@dataclass(frozen=True)
class Payee:
    """The account that money is sent to."""

    bank_bin: str
    account: str
    holder: str = ""

    @property
    def bank(self) -> str:
        """Return the usual name of the bank, or its number."""
        return BANKS.get(self.bank_bin, self.bank_bin)


@dataclass(frozen=True)
class Transfer:
    """What a VietQR code says; ``amount_vnd`` None lets the payer choose."""

    bank_bin: str
    account: str
    amount_vnd: int | None = None
    memo: str = ""
    service: str = TO_ACCOUNT


def crc16(data: bytes) -> int:
    """Return CRC-16/CCITT-FALSE: polynomial 1021, start FFFF, nothing reflected."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1
            crc &= 0xFFFF
    return crc


def encode(transfer: Transfer) -> str:
    """Write a VietQR code.

    :raises NotVietQr: when the account, the amount or the memo cannot be written.
    """
    _check(transfer)
    account = _tlv("00", transfer.bank_bin) + _tlv("01", transfer.account)
    merchant = _tlv("00", NAPAS) + _tlv("01", account) + _tlv("02", transfer.service)
    amount, memo = transfer.amount_vnd, transfer.memo
    text = _tlv("00", "01") + _tlv("01", "11" if amount is None else "12") + _tlv("38", merchant)
    text += _tlv("53", "704") + ("" if amount is None else _tlv("54", str(amount)))
    text += _tlv("58", "VN") + (_tlv("62", _tlv("08", memo)) if memo else "") + "6304"
    return f"{text}{crc16(text.encode('ascii')):04X}"


def decode(text: str) -> Transfer:
    """Read a VietQR code strictly.

    :raises NotVietQr: when any length, field or the checksum is not as the standard says.
    """
    if not _PRINTABLE.fullmatch(text) or len(text) > 512:
        raise NotVietQr
    root = _fields(text)
    if list(root)[-1:] != ["63"] or root["63"] != f"{crc16(text[:-4].encode('ascii')):04X}":
        raise NotVietQr
    fixed = {key: root.get(key) for key in ("00", "53", "58")}
    if fixed != {"00": "01", "53": "704", "58": "VN"} or root.get("01") not in {"11", "12"}:
        raise NotVietQr
    merchant = _fields(root.get("38", ""))
    account = _fields(merchant.get("01", ""))
    if merchant.get("00") != NAPAS or set(account) != {"00", "01"}:
        raise NotVietQr
    transfer = Transfer(
        bank_bin=account["00"],
        account=account["01"],
        amount_vnd=_read_amount(root.get("54")),
        memo=_fields(root["62"]).get("08", "") if "62" in root else "",
        service=merchant.get("02", ""),
    )
    _check(transfer)
    return transfer


def ascii_memo(text: str) -> str:
    """Return a text as banks carry it: capital ASCII letters, digits, single spaces, 25 at most."""
    plain = unicodedata.normalize("NFKD", text.replace("đ", "d").replace("Đ", "D")).upper()
    kept = "".join(c if c.isascii() and c.isalnum() else " " for c in plain if _is_base(c))
    return " ".join(kept.split())[:MEMO_MOST].rstrip()


def memos_in(text: str) -> list[str]:
    """Return every memo code that a bank's text may hold, however mangled."""
    plain = unicodedata.normalize("NFKD", text).upper()
    joined = "".join(c for c in plain if c.isascii() and c.isalnum())
    found = re.findall(rf"(?={MEMO_PREFIX}([0-9A-Z]{{8}}))", joined)
    read = (code.translate(_MISREAD) for code in found)
    codes = (code for code in read if all(letter in ALPHABET for letter in code))
    return list(dict.fromkeys(MEMO_PREFIX + code for code in codes))


def _is_base(letter: str) -> bool:
    return not unicodedata.combining(letter)


# Crockford: letters that are not in the alphabet are the digits they look like.
_MISREAD = str.maketrans("OIL", "011")


def _tlv(key: str, value: str) -> str:
    if len(value) > 99:
        raise NotVietQr
    return f"{key}{len(value):02d}{value}"


def _fields(text: str) -> dict[str, str]:
    """Split one level; every character must belong to exactly one field."""
    fields: dict[str, str] = {}
    place = 0
    while place < len(text):
        head = _FIELD.match(text, place)
        if head is None or head[1] in fields:
            raise NotVietQr
        start, length = head.end(), int(head[2])
        place = start + length
        if place > len(text) or not length:
            raise NotVietQr
        fields[head[1]] = text[start:place]
    return fields


def _read_amount(text: str | None) -> int | None:
    if text is None:
        return None
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise NotVietQr
    return int(found[1])


def _check(transfer: Transfer) -> None:
    """Refuse what breaks the format.

    :raises NotVietQr: when a part does.
    """
    amount = transfer.amount_vnd
    good = (
        re.fullmatch(r"\d{6}", transfer.bank_bin, re.ASCII)
        and _ACCOUNT.fullmatch(transfer.account)
        and transfer.service in _SERVICES
        and (amount is None or 0 < amount < 10**13)
        and len(transfer.memo) <= MEMO_MOST
        and _PRINTABLE.fullmatch(transfer.memo)
    )
    if not good:
        raise NotVietQr

"""GS1: numbers, their checks, and how things are called by them. Pure."""

from traceability.gs1.digital_link import DigitalLink, build, parse, path_of
from traceability.gs1.keys import (
    check_digit,
    extension_of,
    is_gln,
    is_gtin14,
    is_sscc,
    read_company_prefix,
    read_gln,
    read_gtin,
)
from traceability.gs1.paths import Link, lot_address, lot_path, read_path, read_request

__all__ = [
    "DigitalLink",
    "Link",
    "build",
    "check_digit",
    "extension_of",
    "is_gln",
    "is_gtin14",
    "is_sscc",
    "lot_address",
    "lot_path",
    "parse",
    "path_of",
    "read_company_prefix",
    "read_gln",
    "read_gtin",
    "read_path",
    "read_request",
]

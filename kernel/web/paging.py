"""Which page of a list an address asks for."""

from flask import request


def page_number() -> int:
    """Return the page that is asked for (1 to 9,999), 1 when it makes no sense."""
    text = request.args.get("page", "1")
    return max(int(text), 1) if text.isascii() and text.isdecimal() and len(text) < 5 else 1

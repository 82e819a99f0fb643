"""What a rule's value may look like: a new version has the shape of the one before."""

from collections.abc import Callable, Mapping
from typing import Any

LANGUAGES = ("vi", "en")


def problem_of(key: str, value: Any, *, like: Any = None) -> str:
    """Return what is wrong with the value of a rule, in English; nothing when it can be used.

    ``like`` is a value the rule had before: whoever reads the rule counts on its shape.
    """
    for prefix, check in _BY_PREFIX.items():
        if key.startswith(prefix):
            return check(value)
    return _differs(value, like) if like is not None else ""


def _requirement(value: Any) -> str:
    if not isinstance(value, dict):
        return "not a table"
    proof = value.get("any_of")
    if not isinstance(proof, dict) or not proof or not all(map(_words, proof.values())):
        return "any_of: name what proves it"
    if not any(proof.values()):
        return "any_of: name what proves it"
    if not _in_both(value.get("title")):
        return "title: write it in both languages"
    lists = all(_words(value.get(name, [])) for name in ("forms", "sells"))
    return "" if lists and isinstance(value.get("optional", False), bool) else "forms, sells"


def _consent(value: Any) -> str:
    if not isinstance(value, dict) or not isinstance(value.get("required"), bool):
        return "required: yes or no"
    if not isinstance(value.get("version"), str) or not value["version"]:
        return "version: name it"
    return "" if _in_both(value.get("text")) else "text: write it in both languages"


_BY_PREFIX: Mapping[str, Callable[[Any], str]] = {
    "requirement.": _requirement,
    "consent.": _consent,
}


def _differs(value: Any, like: Any) -> str:
    """Return where two values are not of one shape; numbers are never negative."""
    if isinstance(like, dict):
        return _tables_differ(value, like)
    if isinstance(like, list):
        return _lists_differ(value, like)
    return "" if _is_like(value, like) else _ASKED[type(like)]


def _is_like(value: Any, like: Any) -> bool:
    if isinstance(like, bool) or isinstance(value, bool):
        return isinstance(like, bool) and isinstance(value, bool)
    if isinstance(like, int):
        return isinstance(value, int) and value >= 0
    if like is None:
        return value is None or isinstance(value, int)
    return isinstance(value, type(like)) and value != ""


_ASKED: Mapping[type, str] = {
    bool: "yes or no",
    int: "a whole number, not below 0",
    float: "a number",
    str: "a text",
    type(None): "a whole number or nothing",
}


def _tables_differ(value: Any, like: dict[str, Any]) -> str:
    if not isinstance(value, dict) or set(value) != set(like):
        return f"a table with {', '.join(sorted(map(str, like)))}"
    for name, old in like.items():
        # What may be nothing (a rate that is not set) may also be a number, and back.
        if value[name] is None and (old is None or isinstance(old, int)):
            continue
        if problem := _differs(value[name], old):
            return f"{name}: {problem}"
    return ""


def _lists_differ(value: Any, like: list[Any]) -> str:
    if not isinstance(value, list) or not value:
        return "a list with something in it"
    for one in value if like else ():
        if problem := _differs(one, like[0]):
            return problem
    return ""


def _words(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) and one for one in value)


def _in_both(text: Any) -> bool:
    return isinstance(text, dict) and all(
        isinstance(text.get(lang), str) and text[lang].strip() for lang in LANGUAGES
    )

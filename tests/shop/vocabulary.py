"""The vocabulary of schema.org, read from the typings that Google publishes, as a check."""

import json
import re
import subprocess
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from assets.build import node
from assets.paths import MODULES

_INTERFACE = re.compile(
    r"^(?:export )?interface (\w+)Base extends ([^{]+)\{(.*?)^\}", re.MULTILINE | re.DOTALL
)
# A type without properties of its own is but the leaf of another.
_LEAF = re.compile(
    r'^(?:export )?interface (\w+)Leaf extends ([\w, ]+) \{\s*"@type": "\1";', re.MULTILINE
)
_PROPERTY = re.compile(r'^    "([\w-]+)"\?: (.+);$', re.MULTILINE)
# What stands for words, numbers, days and addresses.
_PLAIN = {
    "Text",
    "Number",
    "Integer",
    "URL",
    "Date",
    "DateTime",
    "Boolean",
    "string",
    "IdReference",
}
_CONSTRAINED = "query-input"


@dataclass
class Type:
    parents: tuple[str, ...]
    ranges: dict[str, frozenset[str]] = field(default_factory=dict)


@cache
def types() -> dict[str, Type]:
    text = (MODULES / "schema-dts/dist/schema.d.ts").read_text()
    found = {}
    for name, above, body in _INTERFACE.findall(text):
        parents = tuple(part.strip().removesuffix("Base") for part in above.split(","))
        ranges = {
            key: frozenset(re.findall(r"\b[A-Z]\w+\b", value))
            for key, value in _PROPERTY.findall(body)
        }
        found[name] = Type(parents, ranges)
    for name, above in _LEAF.findall(text):
        parents = tuple(part.strip().removesuffix("Base") for part in above.split(","))
        found.setdefault(name, Type(parents))
    return found


def ancestors(name: str) -> set[str]:
    """Return a type and all above it."""
    one = types().get(name)
    return {name} | {top for parent in (one.parents if one else ()) for top in ancestors(parent)}


def problems(thing: dict[str, Any], where: str = "") -> list[str]:
    """Return what is said of a thing in words that schema.org has not."""
    kind = thing.get("@type", "")
    here = f"{where}/{kind}"
    if kind not in types():
        return [f"{here}: there is no such type"]
    ranges = {
        key: value
        for name in ancestors(kind)
        if name in types()
        for key, value in types()[name].ranges.items()
    }
    found = []
    for key, value in thing.items():
        if key.startswith("@") or key == _CONSTRAINED:
            continue
        if key not in ranges:
            found.append(f"{here}: no property {key}")
            continue
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                if not ancestors(one.get("@type", "")) & ranges[key]:
                    found.append(
                        f"{here}.{key}: {one.get('@type')} is none of {sorted(ranges[key])}"
                    )
                found += problems(one, f"{here}.{key}")
    return found


def complaints(things: list[dict[str, Any]]) -> list[str]:
    """Return what search engines call an error in things of JSON-LD."""
    done = subprocess.run(
        [node(), str(Path(__file__).with_name("rich_results.mjs"))],
        input=json.dumps(things),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return [
        f"{issue['path']}: {issue['issueMessage']}"
        for issue in json.loads(done.stdout)
        if issue["severity"] == "ERROR"
    ]

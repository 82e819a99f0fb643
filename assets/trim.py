"""Bootstrap's stylesheet, cut down to the classes our templates speak of."""

import re

from assets.paths import ASSETS, MODULES, templates

SOURCE = MODULES / "bootstrap/dist/css/bootstrap.css"
# Parts that need Bootstrap's scripts, or that we draw ourselves.
UNWANTED = re.compile(
    r"carousel|modal|offcanvas|tooltip|popover|toast|dropdown|spinner|accordion|navbar"
    r"|placeholder|card|badge|scrollspy|bs-theme=dark|form-floating|input-group|breadcrumb|pagination"
)
WORD = re.compile(r"[A-Za-z][\w-]*")
CLASS = re.compile(r"\.([A-Za-z_][\w-]*)")


def bootstrap() -> str:
    """Return the rules whose every class is a word of some template, script or form."""
    text = re.sub(r"/\*.*?\*/", "", SOURCE.read_text(), flags=re.DOTALL)
    return _keep(text.replace('@charset "UTF-8";', ""), words())


def words() -> set[str]:
    """Return every word that may be a class name."""
    found: set[str] = set()
    for path in [*templates(), *sorted((ASSETS / "js").glob("*.js"))]:
        found.update(WORD.findall(path.read_text()))
    return found


def _keep(css: str, known: set[str]) -> str:
    kept = []
    for head, body in _rules(css):
        if head.startswith(("@media", "@supports")):
            inner = _keep(body, known)
            if inner:
                kept.append(f"{head}{{{inner}}}")
        elif head.startswith("@"):
            continue
        else:
            selectors = [s.strip() for s in head.split(",") if _wanted(s, known)]
            if selectors:
                kept.append(f"{','.join(selectors)}{{{body}}}")
    return "\n".join(kept)


def _wanted(selector: str, known: set[str]) -> bool:
    if UNWANTED.search(selector):
        return False
    return all(name in known for name in CLASS.findall(selector))


def _rules(css: str) -> list[tuple[str, str]]:
    """Split a stylesheet into (head, body) at the outermost braces."""
    rules, depth, start, head = [], 0, 0, ""
    for position, letter in enumerate(css):
        if letter == "{":
            if depth == 0:
                head, start = css[start:position].strip(), position + 1
            depth += 1
        elif letter == "}":
            depth -= 1
            if depth == 0:
                rules.append((head, css[start:position].strip()))
                start = position + 1
    return rules

"""The list of settings that people are given is the list that is read."""

import re
from pathlib import Path

from kernel import settings

ROOT = Path(__file__).parent.parent.parent


def listed(path):
    return set(re.findall(r"^([A-Z][A-Z0-9_]+)=", (ROOT / path).read_text(), re.MULTILINE))


def read():
    source = (ROOT / "kernel" / "settings.py").read_text()
    names = set(re.findall(r'env\.\w+\(\s*"([A-Z0-9_]+)"', source))
    return names | {
        n.upper() for n in settings.Settings.__dataclass_fields__ if n.startswith("market_")
    }


def test_every_setting_is_listed_with_its_default():
    assert listed(".env.example") == read()


def test_the_readme_names_every_setting():
    words = (ROOT / "README.md").read_text()
    assert [name for name in sorted(read()) if f"`{name}`" not in words] == []

"""What the browser is given: lean, whole, and within the rules of the house."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import brotli
import pytest

from assets import build, pictures, sprite, trim
from assets.paths import ASSETS, OUT, templates

HOME_BUDGET = 180_000
STYLES = sorted((ASSETS / "css").rglob("*.css"))


@pytest.fixture(scope="module")
def manifest():
    """Names of the built files; the build does nothing when nothing has changed."""
    import json

    assert build.main() == 0
    return json.loads((OUT / "manifest.json").read_text())


def wire_size(name):
    """Return the bytes of a built file as they are sent."""
    compressed = OUT / f"{name}.br"
    return (compressed if compressed.exists() else OUT / name).stat().st_size


def test_the_first_view_of_home_is_light(client, manifest):
    html = client.get("/").get_data()
    used = [name for name in manifest if name.startswith("fonts/")]
    used += ["app.css", "app.js", "icons.svg", "mark.svg"]
    total = len(brotli.compress(html, quality=4)) + sum(wire_size(manifest[n]) for n in used)
    assert total <= HOME_BUDGET


def test_a_page_names_only_files_that_exist(client, manifest):
    for path in ("/", "/search", "/scan"):
        names = re.findall(r'(?:src|href)="/static/([^"#]+)', client.get(path).text)
        assert names
        assert [name for name in names if not (OUT / name).exists()] == []


def test_text_is_compressed_beforehand(manifest):
    for name in ("app.css", "work.css", "app.js", "htmx.js", "icons.svg"):
        plain = (OUT / manifest[name]).read_bytes()
        assert brotli.decompress((OUT / f"{manifest[name]}.br").read_bytes()) == plain
        assert (OUT / f"{manifest[name]}.gz").exists()


def test_every_picture_comes_in_three_widths(manifest):
    for name in pictures.find_sources():
        sizes = [(OUT / manifest[f"art/{name}-{w}.webp"]).stat().st_size for w in pictures.WIDTHS]
        assert sizes == sorted(sizes)
        assert sizes[1] < 20_000


def test_there_is_art_for_what_the_province_is_known_for():
    known = set(pictures.find_sources())
    assert len(known) >= 45
    assert known >= {"lychee", "guava", "custard-apple", "ruoi", "pottery", "stork", "basket"}


@pytest.mark.parametrize("name", sorted(pictures.SCENES))
def test_a_drawing_is_whole(name):
    sheet = pictures.Sheet()
    pictures.SCENES[name](sheet)
    root = ET.fromstring(sheet.svg())
    ids = [node.get("id") for node in root.iter() if node.get("id")]
    assert len(ids) == len(set(ids))
    used = set(re.findall(r"url\(#(\w+)\)", sheet.svg()))
    assert used <= set(ids)


def test_every_icon_asked_for_is_in_the_sprite(manifest):
    made = set(re.findall(r'<symbol id="([\w-]+)"', (OUT / manifest["icons.svg"]).read_text()))
    assert set(sprite.names()) == made
    assert "basket" in made


def test_an_icon_that_does_not_exist_stops_the_build(monkeypatch):
    monkeypatch.setattr(sprite, "names", lambda: ["no-such-icon"])
    with pytest.raises(FileNotFoundError):
        sprite.sprite()


def test_bootstrap_is_cut_down_to_the_classes_in_use():
    css = ".a{x:1}.b,.a .c{x:2}@media print{.b{x:3}.a{x:4}}@keyframes z{0%{x:5}}body{x:6}"
    assert trim._keep(css, {"a"}) == ".a{x:1}\n@media print{.a{x:4}}\nbody{x:6}"
    assert trim._keep(css, {"a", "c"}).startswith(".a{x:1}\n.a .c{x:2}")


def test_what_bootstrap_needs_scripts_for_is_left_out():
    assert ".modal" not in trim.bootstrap()
    assert ".carousel" not in trim.bootstrap()


@pytest.mark.parametrize("path", STYLES, ids=lambda p: p.name)
def test_styles_keep_the_rules_of_the_house(path):
    css = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    assert "!important" not in css
    assert not re.search(r"(^|[\s,}>+~])#[A-Za-z][\w-]*[^;{}]*\{", css)
    if path.name != "tokens.css":
        colours = re.findall(r"#[0-9a-fA-F]{3,8}\b", css)
        assert set(colours) <= {"#fff", "#000"} or path.name == "print.css"


@pytest.mark.parametrize("path", templates(), ids=lambda p: p.name)
def test_templates_need_no_inline_style_or_script(path):
    html = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", path.read_text(), flags=re.DOTALL)
    assert not re.search(r"\sstyle=", html)
    assert not re.search(r"\son[a-z]+=", html)
    assert not re.search(r"<script(?![^>]*\b(src|type=\"application/(ld\+)?json\"))", html)


def test_nothing_is_built_twice(manifest, monkeypatch):
    monkeypatch.setattr(build, "build", lambda: pytest.fail("built though nothing changed"))
    assert build.main() == 0


def test_a_change_is_noticed(manifest, monkeypatch, tmp_path):
    before = build.fingerprint()
    changed = tmp_path / "x.html"
    changed.write_text("x")
    monkeypatch.setattr(build, "ROOT", Path("/"))
    monkeypatch.setattr(build, "templates", lambda: [changed])
    assert build.fingerprint() != before


def test_node_of_the_python_package_serves_where_the_machine_has_none(monkeypatch):
    monkeypatch.setattr(build.shutil, "which", lambda _name: None)
    node, script = build.npm()
    assert Path(node).exists()
    assert script.endswith("npm-cli.js")
    assert build.environment()["PATH"].startswith(str(Path(build.node()).parent))

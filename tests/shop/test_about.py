"""The pages that the law wants published."""

import re
from html import unescape

import pytest
from babel.support import Translations

from catalog.rules import ListingState
from catalog.search.engine import Sort
from catalog.search.ranking import SIGNALS, WINDOW
from kernel import rules_table
from kernel.db import transaction
from kernel.messages import LABELS
from shop import about
from tests.conftest import NOW, ROOT


def decimal(number, lang):
    text = f"{number:.1f}"
    return text.replace(".", ",") if lang == "vi" else text


@pytest.fixture
def rules(app_session):
    with transaction(app_session):
        rules_table.seed_rules(app_session, now=NOW)


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("slug", sorted(about.PAGES))
def test_every_required_text_is_published_in_both_languages(client, rules, slug, lang):
    answer = client.get(f"{about.PAGES[slug].address}?lang={lang}")
    assert answer.status_code == 200
    assert f'<html lang="{lang}">' in answer.text
    assert "01/11/2026" in answer.text


def test_the_articles_of_the_decree_are_all_there():
    assert {row.article for row in about.PAGES.values()} >= {str(n) for n in range(4, 15)}


def test_prices_and_limits_are_those_of_the_rules(client, rules):
    assert "25.000\xa0₫" in client.get("/about/delivery?lang=en").text
    assert "5.000.000\xa0₫" in client.get("/about/payment?lang=en").text


def test_an_unknown_text_is_not_found(client):
    assert client.get("/about/nothing").status_code == 404


def test_the_market_does_not_start_without_a_required_text(app, settings, monkeypatch, tmp_path):
    monkeypatch.setattr(about, "TEXTS", tmp_path)
    with pytest.raises(LookupError, match=r"about/operator\.vi\.html"):
        about.install(app, settings)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_order_of_display_is_told_by_the_constants_that_make_it(client, rules, lang):
    page = unescape(client.get(f"/ranking?lang={lang}").text)
    rows = re.findall(r'<th scope="row">([^<]+)</th><td class="amount">([^<]+)</td>', page)
    words = Translations.load(str(ROOT / "translations"), [lang]).gettext
    told = [(words(one.words), one.weight) for one in SIGNALS]
    assert sorted(rows) == sorted(
        (text, ("+" if weight > 0 else "\u2212") + decimal(abs(weight), lang))
        for text, weight in told
    )
    assert [float(points[1:].replace(",", ".")) for _words, points in rows] == sorted(
        (abs(weight) for _words, weight in told), reverse=True
    )
    assert f" {WINDOW} " in page
    for member in (*Sort, *ListingState):
        if member not in {Sort.RELEVANCE, ListingState.PUBLISHED}:
            assert words(LABELS[member]) in page, member


def test_the_old_address_of_the_order_of_display_leads_on(client, rules):
    answer = client.get("/about/ranking")
    assert (answer.status_code, answer.location) == (301, "/ranking")
    assert 'href="/ranking"' in client.get("/about/returns").text


def test_the_order_of_display_tells_no_signal_that_counts_nothing():
    assert all(signal.weight for signal in SIGNALS)
    assert len({signal.key for signal in SIGNALS}) == len(SIGNALS)

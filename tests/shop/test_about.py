"""The pages that the law wants published."""

import pytest

from kernel import rules_table
from kernel.db import transaction
from shop import about
from tests.conftest import NOW


@pytest.fixture
def rules(app_session):
    with transaction(app_session):
        rules_table.seed_rules(app_session, now=NOW)


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("slug", sorted(about.PAGES))
def test_every_required_text_is_published_in_both_languages(client, rules, slug, lang):
    answer = client.get(f"/about/{slug}?lang={lang}")
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

import pytest

from shop import wiring


@pytest.fixture(autouse=True)
def only_accounts(monkeypatch):
    monkeypatch.setattr(
        wiring, "ROOMS", ["accounts.views", "shop.frame", "shop.about"], raising=False
    )

"""A vendor's numbers and links, through its pages."""

import pytest

from tests.conftest import post
from traceability.queries.codes import links_of_vendor, numbers_of, places_of

GTIN, GLN, PARTY = "08938500000010", "8938500000003", "8938500000010"


@pytest.fixture
def codes(app_land, sign_in):
    """The owner of land with a lot, signed in; return the addresses' beginning."""
    app_land.harvest(gtin=GTIN)
    sign_in(vendor=app_land.vendor_id, vendor_roles=["owner"])
    return f"/work/{app_land.vendor_id}/farm/codes"


def fresh(land):
    land.session.rollback()
    return land.session


def test_an_owner_enters_numbers_and_is_told_what_is_wrong(client, app_land, codes):
    wrong = post(
        client, f"{codes}/numbers", {"gln": "8938500000011", "company_prefix": "8938500000"}
    )
    assert wrong.status_code == 422
    assert 'id="gln-error"' in wrong.text
    assert numbers_of(fresh(app_land), app_land.vendor_id).company_prefix is None
    right = post(
        client, f"{codes}/numbers", {"gln": "893 8500000 010", "company_prefix": "8938500000"}
    )
    assert right.location.endswith(codes)
    assert numbers_of(fresh(app_land), app_land.vendor_id).gln == PARTY
    farm = places_of(app_land.session, app_land.vendor_id)[0]
    assert post(client, f"{codes}/farms/{farm.farm_id}", {"gln": "1"}).status_code == 422
    post(client, f"{codes}/farms/{farm.farm_id}", {"gln": GLN})
    assert places_of(fresh(app_land), app_land.vendor_id)[0].gln == GLN
    page = client.get(codes).text
    assert PARTY in page
    assert GLN in page
    assert f'value="{GLN}"' in client.get(f"{codes}/farms/{farm.farm_id}").text


def test_an_owner_adds_a_link_and_takes_it_away(client, app_land, codes):
    form = client.get(f"{codes}/links/new").text
    for path in (f"/01/{GTIN}", f"/01/{GTIN}/10/L2611-001", "/p/"):
        assert f'value="{path}' in form
    said = {
        "anchor": f"/01/{GTIN}",
        "link_type": "recipeInfo",
        "title": "Công thức",
        "href": "https://vuonvai.example/cong-thuc",
        "hreflang": "vi",
        "media_type": "text/html",
        "context": "",
    }
    wrong = post(client, f"{codes}/links/new", said | {"href": "ftp://x"})
    assert wrong.status_code == 422
    assert 'id="href-error"' in wrong.text
    assert post(client, f"{codes}/links/new", said).location.endswith(codes)
    serial = {"number": f"/01/{GTIN}/21/S1", "is_default": "y"}
    assert post(client, f"{codes}/links/new", said | serial).status_code == 303
    kept = links_of_vendor(fresh(app_land), vendor_id=app_land.vendor_id)
    assert [(one.anchor, one.is_default) for one in kept] == [
        (f"/01/{GTIN}", False),
        (f"/01/{GTIN}/21/S1", True),
    ]
    assert "https://vuonvai.example/cong-thuc" in client.get(codes).text
    for link in kept:
        assert post(client, f"{codes}/links/{link.id}/remove", form=codes).status_code == 303
    assert links_of_vendor(fresh(app_land), vendor_id=app_land.vendor_id) == []
    assert client.get(f"/01/{GTIN}?linkType=gs1:recipeInfo").status_code == 404

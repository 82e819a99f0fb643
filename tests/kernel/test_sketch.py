"""The map of dots that needs nobody's tiles."""

import pytest

from kernel.errors import Invalid
from kernel.places import commune, communes
from kernel.sketch import WIDTH, Spot, distance_km, draw, neighbours, sketch_of

THANH_HA = "vn-2025:10813"


def test_a_commune_lies_on_the_map_and_north_is_up():
    sketch = sketch_of(THANH_HA)
    (mark,) = sketch.marks
    assert mark.spot.name == commune(THANH_HA).name
    assert 0 < mark.x < WIDTH
    assert 0 < mark.y < sketch.height
    assert sketch.dots.count("M") == len(communes()) - 2, "the far islands are left out"
    north, south = draw([Spot("n", 20.95, 106.4), Spot("s", 20.85, 106.4)]).marks
    assert (north.x, north.y < south.y) == (south.x, True)


def test_ten_kilometres_are_as_long_on_the_map_as_the_bar():
    one, other = Spot("a", 20.9, 106.4), Spot("b", 20.9, 106.4962)
    assert distance_km(one, other) == pytest.approx(10, abs=0.02)
    sketch = draw([one, other])
    west, east = sketch.marks
    assert east.x - west.x == pytest.approx(sketch.bar, abs=0.3)


@pytest.mark.parametrize(("lat", "lon"), [(20.1346, 107.7307), (10.8, 106.7), (-90.0, -180.0)])
def test_the_map_grows_until_it_holds_every_spot(lat, lon):
    sketch = draw([Spot("far", lat, lon)])
    (mark,) = sketch.marks
    assert 0 <= mark.x <= WIDTH
    assert 0 <= mark.y <= sketch.height


def test_neighbours_are_the_nearest_first():
    near = neighbours(THANH_HA)
    assert len(near) == 4
    assert [km for _one, km in near] == sorted(km for _one, km in near)
    assert all(0 < km < 15 for _one, km in near)
    assert THANH_HA not in {one.key for one, _km in near}


def test_an_unknown_commune_has_no_map():
    for read in (sketch_of, neighbours):
        with pytest.raises(Invalid):
            read("vn-2025:00000")

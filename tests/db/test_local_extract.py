"""`make up EXTRACT=...`: a real place instead of the simulated city."""

import json
from pathlib import Path

import pytest

from local import demo, software
from local.errors import CannotRunError


def test_an_extract_becomes_a_city_with_roads_map_and_places_and_is_imported_once(
    tmp_path: Path, city_dir: Path
) -> None:
    """Everything `make up` drives with is made of the extract, which is named as the map's source; a second start finds it."""
    extract = city_dir / "city.osm.pbf"
    city = demo.build_city(tmp_path / "city", software.router_bin(), extract)
    described = json.loads(city.description.read_text(encoding="utf-8"))
    assert described["places"]
    assert any(city.tiles.rglob("*.gph"))
    assert city.basemap.stat().st_size > 0
    assert json.loads(city.origin.read_text())["extract"] == "city.osm.pbf"
    city.description.write_text("{}")
    demo.build_city(tmp_path / "city", software.router_bin(), extract)
    demo.build_city(tmp_path / "city", software.router_bin())
    assert city.description.read_text() == "{}", "made again though nothing had changed"


def test_a_city_with_vehicles_is_not_replaced_by_an_extract(tmp_path: Path, city_dir: Path) -> None:
    """Its depots and orders lie elsewhere: the second place gets data of its own."""
    (tmp_path / "city").mkdir()
    (tmp_path / "city" / "city.json").write_text("{}")
    with pytest.raises(CannotRunError, match="holds another city"):
        demo.build_city(tmp_path / "city", software.router_bin(), city_dir / "city.osm.pbf")


def test_a_missing_extract_is_named(tmp_path: Path) -> None:
    """A typing error in EXTRACT= ends with the file's name, before anything is made."""
    with pytest.raises(CannotRunError, match=r"gone\.osm\.pbf"):
        demo.build_city(tmp_path / "city", Path(), tmp_path / "gone.osm.pbf")
    assert not (tmp_path / "city").exists()

"""What a test sees of a map: asked of the map itself, never of pixels."""

from typing import Any

from playwright.sync_api import Page

LABELLED = """(plate) => {
  const map = document.querySelector('.day-map').maplibre;
  const found = map.querySourceFeatures('vehicle-labels').find((each) => each.properties.plate === plate);
  return found ? found.geometry.coordinates : null;
}"""
ON_SCREEN = """(plate) => {
  const map = document.querySelector('.day-map').maplibre;
  const found = map.querySourceFeatures('vehicle-labels').find((each) => each.properties.plate === plate);
  if (!found) return null;
  const { x, y } = map.project(found.geometry.coordinates);
  const { left, top } = map.getContainer().getBoundingClientRect();
  return [left + x, top + y];
}"""
DRAWN = """(layers) => {
  const map = document.querySelector('.day-map').maplibre;
  const present = layers.filter((layer) => map.getLayer(layer));
  return map.queryRenderedFeatures({ layers: present }).length;
}"""


def map_is_drawn(page: Page) -> None:
    """The map has loaded everything it needs and rests."""
    page.wait_for_selector("[data-map-idle]", state="attached")


def plate_at(page: Page, plate: str) -> list[float] | None:
    """Where the map writes this plate (as shown), lon and lat; None while it does not."""
    found: Any = page.evaluate(LABELLED, plate)
    return None if found is None else [float(found[0]), float(found[1])]


def on_screen(page: Page, plate: str) -> tuple[float, float] | None:
    """Where on the screen the vehicle of this plate is, in CSS pixels from the upper left; None while it is not."""
    found: Any = page.evaluate(ON_SCREEN, plate)
    return None if found is None else (float(found[0]), float(found[1]))


def dotted(plate: str) -> str:
    """A stored plate as the page shows it."""
    return f"{plate[:2]}·{plate[2:]}"


def drawn(page: Page, *layers: str) -> int:
    """How many features of these layers are in view."""
    return int(page.evaluate(DRAWN, list(layers)))

// Our own basemap style over the layers of docs/basemap.md. No glyphs and no sprites: labels are drawn with
// the reader's own fonts, so nothing is fetched from anywhere else. Boundaries are districts only, no borders.
import type { LayerSpecification } from "maplibre-gl";
import { labelLayers } from "./labels";
import type { Palette } from "./palette";
import { area, GREEN, growing, line, oneOf } from "./parts";
import { roadLayers } from "./roads";

export function basemapLayers(p: Palette, language: string): LayerSpecification[] {
  return [
    area("builtup", "landuse", p.builtUp, { filter: ["!", oneOf("class", GREEN)] }),
    area("green", "landuse", p.park, { filter: oneOf("class", GREEN) }),
    area("water-area", "water", p.water, { filter: ["==", ["geometry-type"], "Polygon"] }),
    line(
      "water-line",
      "water",
      {
        "line-color": p.water,
        "line-width": growing([
          [9, 1],
          [16, 8],
        ]),
      },
      { filter: ["==", ["geometry-type"], "LineString"] },
    ),
    area("building", "buildings", p.building, {
      minzoom: 14,
      paint: { "fill-color": p.building, "fill-outline-color": p.buildingLine },
    }),
    line(
      "boundary",
      "boundaries",
      { "line-color": p.boundary, "line-width": 1.2, "line-dasharray": [3, 2], "line-opacity": 0.7 },
      { filter: ["==", ["geometry-type"], "LineString"] },
    ),
    ...roadLayers(p),
    ...labelLayers(p, language),
  ];
}

// Names on the basemap, in the reader's own fonts: roads, water, places, settlements, districts.
import type { LayerSpecification } from "maplibre-gl";
import type { Palette } from "./palette";
import {
  BASEMAP_SOURCE,
  growing,
  LABEL_FONTS,
  MAIN_ROADS,
  MOTORWAYS,
  oneOf,
  ROADS,
  SETTLEMENTS,
} from "./parts";

function label(
  id: string,
  source: string,
  p: Palette,
  layout: object,
  extra: object = {},
): LayerSpecification {
  return {
    id,
    type: "symbol",
    source: BASEMAP_SOURCE,
    "source-layer": source,
    layout: { "text-font": LABEL_FONTS, "text-size": 12, ...layout },
    paint: { "text-color": p.label, "text-halo-color": p.labelHalo, "text-halo-width": 1.3 },
    ...extra,
  } as LayerSpecification;
}

const nameIn = (language: string): unknown[] =>
  language === "en" ? ["coalesce", ["get", "name_en"], ["get", "name"]] : ["get", "name"];

function waterLabel(id: string, p: Palette, layout: object, geometry: string): LayerSpecification {
  return {
    ...label(id, "water", p, layout, { minzoom: 11, filter: ["==", ["geometry-type"], geometry] }),
    paint: { "text-color": p.waterLabel, "text-halo-color": p.labelHalo, "text-halo-width": 1 },
  } as LayerSpecification;
}

export function labelLayers(p: Palette, language: string): LayerSpecification[] {
  const name = nameIn(language);
  const along = {
    "symbol-placement": "line",
    "text-field": name,
    "text-max-angle": 35,
    "symbol-spacing": 320,
  };
  return [
    label(
      "road-name-main",
      "roads",
      p,
      { ...along, "text-size": 11.5 },
      {
        filter: oneOf("class", [...MOTORWAYS, ...MAIN_ROADS]),
        minzoom: 12.5,
      },
    ),
    label(
      "road-name",
      "roads",
      p,
      { ...along, "text-size": 10.5 },
      { filter: oneOf("class", ROADS), minzoom: 15 },
    ),
    waterLabel("river-name", p, { ...along, "text-size": 12 }, "LineString"),
    waterLabel("water-name", p, { "text-field": name, "text-size": 12 }, "Polygon"),
    {
      id: "place-dot",
      type: "circle",
      source: BASEMAP_SOURCE,
      "source-layer": "places",
      minzoom: 14,
      filter: ["!", oneOf("class", SETTLEMENTS)],
      paint: {
        "circle-radius": 2.6,
        "circle-color": p.placeDot,
        "circle-stroke-color": p.labelHalo,
        "circle-stroke-width": 1,
      },
    } as LayerSpecification,
    label(
      "place-name",
      "places",
      p,
      {
        "text-field": name,
        "text-size": 11,
        "text-anchor": "top",
        "text-offset": [0, 0.4],
        "text-optional": true,
      },
      { minzoom: 14.3, filter: ["!", oneOf("class", SETTLEMENTS)] },
    ),
    label(
      "settlement-name",
      "places",
      p,
      {
        "text-field": name,
        "text-size": growing([
          [8, 12],
          [13, 18],
        ]),
      },
      { maxzoom: 14, filter: oneOf("class", SETTLEMENTS) },
    ),
    label(
      "district-name",
      "boundaries",
      p,
      {
        "text-field": name,
        "text-size": growing([
          [8, 11],
          [13, 17],
        ]),
        "text-letter-spacing": 0.12,
      },
      { minzoom: 8, maxzoom: 14, filter: ["==", ["geometry-type"], "Point"] },
    ),
  ];
}

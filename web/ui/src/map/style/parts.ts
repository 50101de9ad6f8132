// The small words every part of the basemap style is made of: sources, filters, growing widths, plain shapes.
import type { LayerSpecification } from "maplibre-gl";

export const BASEMAP_SOURCE = "basemap";
export const LABEL_FONTS = ["Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "sans-serif"];

export type Zooms = readonly (readonly [zoom: number, width: number])[];

export const growing = (stops: Zooms): unknown[] => [
  "interpolate",
  ["exponential", 1.6],
  ["zoom"],
  ...stops.flat(),
];
export const oneOf = (property: string, values: readonly string[]): unknown[] => [
  "in",
  ["get", property],
  ["literal", values],
];

export const MOTORWAYS = ["motorway", "motorway_link", "trunk", "trunk_link"];
export const MAIN_ROADS = ["primary", "primary_link", "secondary", "secondary_link"];
export const ROADS = ["tertiary", "tertiary_link", "residential", "unclassified", "living_street"];
export const PATHS = ["service", "track", "path", "footway", "cycleway", "pedestrian", "steps"];

export const SETTLEMENTS = [
  "city",
  "town",
  "suburb",
  "village",
  "hamlet",
  "quarter",
  "neighbourhood",
  "borough",
];

export const GREEN = ["park", "forest", "wood", "grass", "meadow", "farmland", "scenic", "recreation_ground"];

export function area(id: string, source: string, colour: string, extra: object = {}): LayerSpecification {
  return {
    id,
    type: "fill",
    source: BASEMAP_SOURCE,
    "source-layer": source,
    paint: { "fill-color": colour },
    ...extra,
  } as LayerSpecification;
}

export function line(id: string, source: string, paint: object, extra: object = {}): LayerSpecification {
  return {
    id,
    type: "line",
    source: BASEMAP_SOURCE,
    "source-layer": source,
    layout: { "line-cap": "round", "line-join": "round" },
    paint,
    ...extra,
  } as LayerSpecification;
}

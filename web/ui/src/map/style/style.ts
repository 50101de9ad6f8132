// The whole style of a map: ground, basemap when there is one, else a grid. Overlays and vehicles are added
// by the parts that own them.
import type { StyleSpecification } from "maplibre-gl";
import { basemapLayers } from "./basemapLayers";
import { gridAround } from "./grid";
import { PALETTES, type Scheme } from "./palette";
import { BASEMAP_SOURCE } from "./parts";

export interface Basemap {
  readonly url: string;
  readonly attribution: string;
}

export interface StyleWish {
  readonly scheme: Scheme;
  readonly language: string;
  readonly basemap: Basemap | null;
  readonly centre: readonly [number, number];
}

export function buildStyle({ scheme, language, basemap, centre }: StyleWish): StyleSpecification {
  const palette = PALETTES[scheme];
  const ground = { id: "ground", type: "background" as const, paint: { "background-color": palette.ground } };
  if (!basemap) {
    return {
      version: 8,
      sources: { grid: { type: "geojson", data: gridAround(centre) } },
      layers: [ground, { id: "grid", type: "line", source: "grid", paint: { "line-color": palette.grid } }],
    };
  }
  const url = `pmtiles://${new URL(basemap.url, window.location.href).toString()}`;
  return {
    version: 8,
    sources: { [BASEMAP_SOURCE]: { type: "vector", url, attribution: basemap.attribution } },
    layers: [ground, ...basemapLayers(palette, language)],
  };
}

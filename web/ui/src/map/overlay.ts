// Draws GeoJSON over the basemap: one source and its layers, added once and fed with new data afterwards.
import type { FeatureCollection } from "geojson";
import type { GeoJSONSource, LayerSpecification, Map as MapLibreMap } from "maplibre-gl";

export type OverlayLayer = Omit<LayerSpecification, "source">;

export const NOTHING: FeatureCollection = { type: "FeatureCollection", features: [] };

export function putOverlay(
  map: MapLibreMap,
  source: string,
  data: FeatureCollection,
  layers: readonly OverlayLayer[],
  before?: string,
): void {
  const known = map.getSource<GeoJSONSource>(source);
  if (known) {
    known.setData(data);
    return;
  }
  map.addSource(source, { type: "geojson", data });
  for (const layer of layers) {
    map.addLayer(
      { ...layer, source } as LayerSpecification,
      before && map.getLayer(before) ? before : undefined,
    );
  }
}

/** Runs once the style can take sources and layers; returns what undoes the waiting. */
export function whenStyled(map: MapLibreMap, then: () => void): () => void {
  if (map.isStyleLoaded()) {
    then();
    return () => undefined;
  }
  const once = () => {
    map.off("styledata", once);
    then();
  };
  map.on("styledata", once);
  return () => map.off("styledata", once);
}

// The one place that sets MapLibre up for a bundler: names its worker and registers the pmtiles protocol.
// Without the worker's name MapLibre 6 shows an empty map and reports nothing.
import "maplibre-gl/dist/maplibre-gl.css";
import { addProtocol, setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { Protocol } from "pmtiles";

const protocol = new Protocol();
let ready = false;

export function prepareMapLibre(): void {
  if (ready) return;
  setWorkerUrl(workerUrl);
  addProtocol("pmtiles", protocol.tile);
  ready = true;
}

/** The library keeps what it has read of a file, also that reading failed. */
export function forgetBasemap(): void {
  protocol.tiles.clear();
}

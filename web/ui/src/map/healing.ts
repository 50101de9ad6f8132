// Asks again for a basemap that did not come: a line that was away leaves neither an empty map nor holes in it.
// Errors of anything else on a map are ours and stay visible in the console.
import type { Map as MapLibreMap, VectorTileSource } from "maplibre-gl";
import { waitBeforeAttempt } from "../live/backoff";
import { forgetBasemap } from "./bundle";
import { BASEMAP_SOURCE } from "./style/parts";

export function healBasemap(map: MapLibreMap): void {
  let attempts = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const again = () => {
    timer = undefined;
    const source = map.getSource<VectorTileSource>(BASEMAP_SOURCE);
    if (!source?.url) return;
    forgetBasemap(); // what failed once would be answered from memory for ever
    source.setUrl(source.url);
  };

  map.on("error", (event) => {
    if (!("sourceId" in event) || event.sourceId !== BASEMAP_SOURCE) {
      reportError(event.error);
      return;
    }
    if (timer !== undefined) return;
    attempts += 1;
    timer = setTimeout(again, waitBeforeAttempt(attempts, Math.random()));
  });
  map.on("sourcedata", (event) => {
    if (event.sourceId === BASEMAP_SOURCE && event.isSourceLoaded) attempts = 0;
  });
  map.once("remove", () => clearTimeout(timer));
}

// Makes a MapLibre map the way every page wants it: north up, flat, our style, our words, and a flag for
// tests once it has drawn everything.
import { AttributionControl, Map as MapLibreMap, NavigationControl, ScaleControl } from "maplibre-gl";
import { prepareMapLibre } from "./bundle";
import { healBasemap } from "./healing";
import { buildStyle, type StyleWish } from "./style/style";

export interface Camera {
  readonly center: [number, number];
  readonly zoom: number;
}

export interface MapWish extends StyleWish {
  readonly camera: Camera;
  readonly words: Record<string, string>;
  /** A still picture to look at inside a page that scrolls: the wheel belongs to the page. */
  readonly calm?: boolean;
}

export function createMap(container: HTMLElement, wish: MapWish): MapLibreMap {
  prepareMapLibre();
  const map = new MapLibreMap({
    container,
    style: buildStyle(wish),
    center: wish.camera.center,
    zoom: wish.camera.zoom,
    minZoom: 3,
    maxZoom: 19,
    maxPitch: 0,
    dragRotate: false,
    pitchWithRotate: false,
    attributionControl: false,
    cooperativeGestures: wish.calm ?? false,
    locale: wish.words,
    fadeDuration: 0,
    canvasContextAttributes: { antialias: true },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new AttributionControl({ compact: false }), "bottom-right");
  map.addControl(new NavigationControl({ showCompass: false }), "bottom-right");
  map.addControl(new ScaleControl({ unit: "metric" }), "bottom-left");
  map.on("idle", () => container.setAttribute("data-map-idle", "true"));
  healBasemap(map);
  exposeForTests(container, map);
  return map;
}

/** Browser tests ask the map what it has drawn (queryRenderedFeatures) instead of comparing pixels. */
function exposeForTests(container: HTMLElement, map: MapLibreMap): void {
  Object.defineProperty(container, "maplibre", { value: map, configurable: true });
}

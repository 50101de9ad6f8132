// Puts the fleet on a MapLibre map: the vehicle layer, clusters below zoom 10, plates above zoom 13, picking
// and following. Owns its sources and layers; knows nothing of React.
import {
  LngLat,
  LngLatBounds,
  type Map as MapLibreMap,
  type MapMouseEvent,
  MercatorCoordinate,
} from "maplibre-gl";
import { EMPTY_FLEET, type Fleet } from "../../live/fleet";
import { NOTHING, putOverlay, whenStyled } from "../overlay";
import { PALETTES, type Scheme, STATE_COLOURS } from "../style/palette";
import { LABEL_FONTS } from "../style/parts";
import { mercator } from "./buffer";
import { clusterFleet } from "./clusters";
import { LABELS_FROM_ZOOM, labelFleet } from "./labels";
import { CLUSTER_BELOW_ZOOM, VEHICLE_LAYER_ID, VehicleLayer } from "./layer";
import { nearest } from "./pick";

const CLUSTERS = "vehicle-clusters";
const LABELS = "vehicle-labels";
const REACH_PX = 18;

/** What lies over the map's right and lower edge, in CSS pixels. */
export interface Covered {
  readonly right: number;
  readonly bottom: number;
}

export class FleetOnMap {
  private fleet: Fleet = EMPTY_FLEET;
  private plates: ReadonlyMap<number, string> = new Map();
  private chosen: number | null = null;
  private readonly layer: VehicleLayer;
  private readonly undo: (() => void)[] = [];

  constructor(
    private readonly map: MapLibreMap,
    private readonly scheme: Scheme,
    reducedMotion: boolean,
    onPick: (vehicleNo: number | null) => void,
  ) {
    const { lng, lat } = map.getCenter();
    this.layer = new VehicleLayer(mercator(lng, lat), scheme, reducedMotion);
    this.addClusters();
    map.addLayer(this.layer);
    this.addLabels();
    this.listen("click", (event) => this.click(event, onPick));
    this.listen("mousemove", (event) => {
      map.getCanvas().style.cursor = this.at(event) === null && !this.clusterAt(event) ? "" : "pointer";
    });
    const redraw = () => this.drawWords();
    map.on("moveend", redraw);
    this.undo.push(() => map.off("moveend", redraw));
    this.returnAfterLoss();
  }

  show(fleet: Fleet, plates: ReadonlyMap<number, string>): void {
    this.fleet = fleet;
    this.plates = plates;
    this.layer.show(fleet);
    this.drawWords();
  }

  select(vehicleNo: number | null): void {
    this.chosen = vehicleNo;
    this.layer.select(vehicleNo);
    this.drawWords();
  }

  filter(shown: number): void {
    this.layer.filter(shown);
    this.drawWords();
  }

  /** Keeps a vehicle in the middle of what nothing lies over. */
  centreOn(vehicleNo: number, { right, bottom }: Covered, closest = this.map.getZoom()): void {
    const vehicle = this.fleet.vehicles.get(vehicleNo);
    if (!vehicle) return;
    this.map.easeTo({
      center: [vehicle.lon, vehicle.lat],
      zoom: closest,
      offset: [-right / 2, -bottom / 2],
      duration: 800,
    });
  }

  /** Brings every shown vehicle into what nothing lies over. */
  fit({ right, bottom }: Covered): void {
    const bounds = new LngLatBounds();
    for (const [no, { lon, lat }] of this.fleet.vehicles)
      if (this.layer.isShown(no)) bounds.extend([lon, lat]);
    if (bounds.isEmpty()) return;
    const padding = { top: 64, left: 48, right: 64 + right, bottom: 48 + bottom };
    this.map.fitBounds(bounds, { padding, maxZoom: 15, duration: 800 });
  }

  remove(): void {
    for (const undo of this.undo) undo();
  }

  /** When the graphics card comes back MapLibre restores its own layers, ours it cannot. */
  private returnAfterLoss(): void {
    let stopWaiting: () => void = () => undefined;
    const restored = () => {
      stopWaiting = whenStyled(this.map, () => {
        if (!this.map.getLayer(VEHICLE_LAYER_ID)) this.map.addLayer(this.layer, LABELS);
        this.drawWords();
      });
    };
    this.map.on("webglcontextrestored", restored);
    this.undo.push(() => {
      stopWaiting();
      this.map.off("webglcontextrestored", restored);
    });
  }

  private listen(event: "click" | "mousemove", handler: (event: MapMouseEvent) => void): void {
    this.map.on(event, handler);
    this.undo.push(() => this.map.off(event, handler));
  }

  private click(event: MapMouseEvent, onPick: (vehicleNo: number | null) => void): void {
    const cluster = this.clusterAt(event);
    if (cluster) {
      this.map.easeTo({
        center: event.lngLat,
        zoom: Math.max(CLUSTER_BELOW_ZOOM + 0.5, this.map.getZoom() + 2),
      });
      return;
    }
    onPick(this.at(event));
  }

  private clusterAt(event: MapMouseEvent): boolean {
    return this.map.queryRenderedFeatures(event.point, { layers: [`${CLUSTERS}-circle`] }).length > 0;
  }

  private at(event: MapMouseEvent): number | null {
    if (this.map.getZoom() < CLUSTER_BELOW_ZOOM) return null;
    const candidates = [...this.fleet.vehicles.keys()]
      .filter((no) => this.layer.isShown(no))
      .flatMap((no) => {
        const position = this.layer.positionOf(no);
        if (!position) return [];
        const { lng, lat } = new MercatorCoordinate(position.x, position.y).toLngLat();
        const { x, y } = this.map.project(new LngLat(lng, lat));
        return [{ vehicleNo: no, x, y }];
      });
    return nearest(candidates, event.point.x, event.point.y, REACH_PX);
  }

  private addClusters(): void {
    const colours = STATE_COLOURS[this.scheme];
    const radius = ["interpolate", ["linear"], ["get", "count"], 1, 14, 50, 22, 500, 34];
    putOverlay(this.map, CLUSTERS, NOTHING, [
      {
        id: `${CLUSTERS}-circle`,
        type: "circle",
        maxzoom: CLUSTER_BELOW_ZOOM,
        paint: {
          "circle-radius": radius,
          "circle-color": ["case", [">", ["get", "suspected"], 0], colours.suspected, colours.parked],
          "circle-stroke-width": 3,
          "circle-stroke-color": this.scheme === "light" ? "#ffffff" : "#0f1115",
        },
      } as never,
      {
        id: `${CLUSTERS}-count`,
        type: "symbol",
        maxzoom: CLUSTER_BELOW_ZOOM,
        layout: {
          "text-field": ["to-string", ["get", "count"]],
          "text-font": LABEL_FONTS,
          "text-size": 13,
          "text-allow-overlap": true,
        },
        paint: { "text-color": this.scheme === "light" ? "#ffffff" : "#0f1115" },
      } as never,
    ]);
  }

  private addLabels(): void {
    const palette = PALETTES[this.scheme];
    putOverlay(this.map, LABELS, NOTHING, [
      {
        id: LABELS,
        type: "symbol",
        minzoom: LABELS_FROM_ZOOM,
        layout: {
          "text-field": ["get", "plate"],
          "text-font": LABEL_FONTS,
          "text-size": 11.5,
          "text-anchor": "top",
          "text-offset": [0, 0.9],
          // The chosen vehicle's plate is placed first; what would lie over it is left out.
          "symbol-sort-key": ["case", ["get", "chosen"], 0, 1],
        },
        paint: { "text-color": palette.label, "text-halo-color": palette.labelHalo, "text-halo-width": 1.6 },
      } as never,
    ]);
  }

  private drawWords(): void {
    if (!this.map.style) return; // without a graphics card a map has none
    const zoom = this.map.getZoom();
    if (zoom < CLUSTER_BELOW_ZOOM) putOverlay(this.map, CLUSTERS, clusterFleet(this.fleet, zoom), []);
    if (zoom < LABELS_FROM_ZOOM) return;
    const view = this.map.getBounds();
    const bounds = {
      west: view.getWest(),
      south: view.getSouth(),
      east: view.getEast(),
      north: view.getNorth(),
    };
    putOverlay(
      this.map,
      LABELS,
      labelFleet(this.fleet, this.plates, bounds, this.chosen, (no) => this.layer.isShown(no)),
      [],
    );
  }
}

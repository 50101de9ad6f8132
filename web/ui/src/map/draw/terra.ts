// The drawing library behind one door: rings, a line or a point go in, what the hand made of them comes out. Holes are
// rings of their own here, because the library knows no surface with a hole.
import type { Position } from "geojson";
import type { Map as MapLibreMap } from "maplibre-gl";
import {
  type GeoJSONStoreFeatures,
  TerraDraw,
  TerraDrawLineStringMode,
  TerraDrawPointMode,
  TerraDrawPolygonMode,
  TerraDrawSelectMode,
} from "terra-draw";
import { TerraDrawMapLibreGLAdapter } from "terra-draw-maplibre-gl-adapter";
import { OVERLAY_COLOURS, type Scheme } from "../style/palette";
import type { Ring, Sketch } from "./sketch";

export type Tool = "ring" | "hole" | "line" | "center" | "edit";

const MODES: Record<Tool, string> = {
  ring: "polygon",
  hole: "polygon",
  line: "linestring",
  center: "point",
  edit: "select",
};

/** What the hand made. */
export type Drawn = Pick<Sketch, "rings" | "line" | "center">;

export class Drawing {
  readonly #draw: TerraDraw;
  readonly #told: (drawn: Drawn) => void;
  #tool: Tool = "edit";
  #quiet = false;

  constructor(map: MapLibreMap, scheme: Scheme, told: (drawn: Drawn) => void) {
    this.#told = told;
    this.#draw = terraDraw(map, scheme);
    this.#draw.start();
    this.#draw.on("finish", (id, { action }) => this.#finished(String(id), action === "draw"));
    this.#draw.on("change", (_, type) => {
      if (type === "delete" && !this.#quiet) this.#tell();
    });
  }

  use(tool: Tool): void {
    this.#tool = tool;
    this.#draw.setMode(MODES[tool]);
  }

  /** What is on the map becomes this, without telling. */
  put(sketch: Sketch): void {
    this.#quiet = true;
    this.#draw.clear();
    this.#draw.addFeatures(featuresOf(sketch));
    this.#quiet = false;
  }

  stop(): void {
    this.#draw.stop();
  }

  #finished(id: string, drawn: boolean): void {
    if (drawn) {
      this.#quiet = true;
      if (this.#tool === "hole") this.#draw.updateFeatureProperties(id, { hole: true });
      // There is one line and one middle: the newest.
      if (this.#tool === "line" || this.#tool === "center") {
        const mode = MODES[this.#tool];
        const old = this.#drawn().filter(
          (each) => each.properties["mode"] === mode && String(each.id) !== id,
        );
        this.#draw.removeFeatures(old.flatMap((each) => (each.id === undefined ? [] : [each.id])));
      }
      this.#quiet = false;
    }
    this.#tell();
  }

  #drawn(): GeoJSONStoreFeatures[] {
    const known = ["polygon", "linestring", "point"];
    return this.#draw.getSnapshot().filter((each) => known.includes(String(each.properties["mode"])));
  }

  #tell(): void {
    const rings: Ring[] = [];
    let line: Position[] = [];
    let center: Position | null = null;
    for (const { geometry, properties } of this.#drawn()) {
      if (properties["currentlyDrawing"]) continue;
      if (geometry.type === "Polygon")
        rings.push({
          hole: properties["hole"] === true,
          points: (geometry.coordinates[0] ?? []).slice(0, -1),
        });
      if (geometry.type === "LineString") line = geometry.coordinates;
      if (geometry.type === "Point") center = geometry.coordinates;
    }
    this.#told({ rings, line, center });
  }
}

function featuresOf(sketch: Sketch): GeoJSONStoreFeatures[] {
  const feature = (mode: string, geometry: GeoJSONStoreFeatures["geometry"], hole = false) => ({
    type: "Feature" as const,
    properties: { mode, ...(hole ? { hole } : {}) },
    geometry,
  });
  if (sketch.shape === "polygon")
    return sketch.rings
      .filter(({ points }) => points.length > 2)
      .map(({ hole, points }) =>
        feature("polygon", { type: "Polygon", coordinates: [[...points, points[0] ?? []]] }, hole),
      );
  if (sketch.shape === "corridor")
    return sketch.line.length > 1
      ? [feature("linestring", { type: "LineString", coordinates: [...sketch.line] })]
      : [];
  return sketch.center ? [feature("point", { type: "Point", coordinates: sketch.center })] : [];
}

function terraDraw(map: MapLibreMap, scheme: Scheme): TerraDraw {
  const { depot, end, corridor } = OVERLAY_COLOURS[scheme];
  const edge = (feature: GeoJSONStoreFeatures) => (feature.properties["hole"] ? end : depot) as `#${string}`;
  const hex = (colour: string) => colour as `#${string}`;
  const editable = {
    draggable: true,
    coordinates: { midpoints: true, draggable: true, deletable: true },
  };
  return new TerraDraw({
    adapter: new TerraDrawMapLibreGLAdapter({ map, coordinatePrecision: 7 }),
    modes: [
      new TerraDrawPolygonMode({
        styles: { fillColor: edge, fillOpacity: 0.04, outlineColor: edge, outlineWidth: 3 },
      }),
      new TerraDrawLineStringMode({ styles: { lineStringColor: hex(corridor), lineStringWidth: 3 } }),
      new TerraDrawPointMode({ styles: { pointColor: hex(depot), pointWidth: 8 } }),
      new TerraDrawSelectMode({
        flags: {
          polygon: { feature: editable },
          linestring: { feature: editable },
          point: { feature: { draggable: true } },
        },
        styles: {
          selectedPolygonColor: hex(depot),
          selectedPolygonFillOpacity: 0.08,
          selectedPolygonOutlineColor: hex(depot),
          selectionPointColor: hex(corridor),
          midPointColor: hex(end),
        },
      }),
    ],
  });
}

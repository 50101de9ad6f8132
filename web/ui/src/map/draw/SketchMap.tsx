// The map a fence is drawn on: what is there stays visible below, the handles are the drawing library's.
import type { ExpressionSpecification } from "maplibre-gl";
import { useCallback, useEffect, useRef, useState } from "react";
import { MapFrame, type ReadyMap } from "../MapFrame";
import { type OverlayLayer, putOverlay } from "../overlay";
import { OVERLAY_COLOURS } from "../style/palette";
import { boundsOfSketch, groundOf, type Sketch } from "./sketch";
import { Drawing, type Drawn, type Tool } from "./terra";

interface SketchMapProps {
  label: string;
  sketch: Sketch;
  tool: Tool;
  height?: number | string;
  onDrawn: (drawn: Drawn) => void;
}

export function SketchMap({ label, sketch, tool, height = 520, onDrawn }: SketchMapProps) {
  const [ready, setReady] = useState<ReadyMap | null>(null);
  const takeReady = useCallback((next: ReadyMap | null) => setReady(next), []);
  const drawing = useRef<Drawing | null>(null);
  const own = useRef<unknown>(null);
  const told = useRef(onDrawn);
  told.current = onDrawn;
  const shown = useRef(sketch);
  shown.current = sketch;
  const chosen = useRef(tool);
  chosen.current = tool;

  useEffect(() => {
    if (!ready) return;
    const made = new Drawing(ready.map, ready.scheme, (drawn) => {
      own.current = drawn;
      told.current(drawn);
    });
    drawing.current = made;
    made.put(shown.current);
    made.use(chosen.current);
    const bounds = boundsOfSketch(shown.current);
    if (bounds) ready.map.fitBounds(bounds, { padding: 80, maxZoom: 16, duration: 0 });
    return () => {
      drawing.current = null;
      made.stop();
    };
  }, [ready]);
  useEffect(() => {
    if (ready) drawing.current?.use(tool);
  }, [ready, tool]);
  useEffect(() => {
    if (!ready) return;
    putOverlay(ready.map, "sketch", groundOf(sketch), groundLayers(ready, sketch));
    if (ready.map.getLayer("sketch-band"))
      ready.map.setPaintProperty("sketch-band", "line-width", bandWidth(sketch));
    // What the hand has just drawn is on the map already.
    const drawn = own.current as Drawn | null;
    const mine =
      drawn && (drawn.rings === sketch.rings || drawn.line === sketch.line || drawn.center === sketch.center);
    if (!mine) drawing.current?.put(sketch);
  }, [ready, sketch]);
  return <MapFrame label={label} height={height} onReady={takeReady} />;
}

const EQUATOR_M_PER_PIXEL = 78_271.517; // at zoom 0, tiles of 512 pixels

/** A line as wide on the ground as the corridor, at every zoom. */
function bandWidth(sketch: Sketch): ExpressionSpecification {
  const lat = sketch.line[0]?.[1] ?? 0;
  const pixels = (sketch.widthM ?? 0) / (EQUATOR_M_PER_PIXEL * Math.cos((lat * Math.PI) / 180));
  return ["interpolate", ["exponential", 2], ["zoom"], 0, pixels, 22, pixels * 2 ** 22];
}

function groundLayers({ scheme }: ReadyMap, sketch: Sketch): OverlayLayer[] {
  const { depot, corridor } = OVERLAY_COLOURS[scheme];
  return [
    {
      id: "sketch-surface",
      type: "fill",
      filter: ["==", ["get", "part"], "surface"],
      paint: { "fill-color": depot, "fill-opacity": 0.18 },
    },
    {
      id: "sketch-edge",
      type: "line",
      filter: ["==", ["get", "part"], "surface"],
      paint: { "line-color": depot, "line-width": 2 },
    },
    {
      id: "sketch-band",
      type: "line",
      filter: ["==", ["get", "part"], "band"],
      layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": corridor, "line-opacity": 0.25, "line-width": bandWidth(sketch) },
    },
  ] as unknown as OverlayLayer[];
}

// The track of a period with its stops; the entry that is chosen stands out, the rest steps back.
import type { Feature, FeatureCollection } from "geojson";
import { useCallback, useEffect, useMemo, useState } from "react";
import { boundsOf, evidenceFeatures, type TrackFix, trackPieces } from "../../map/evidence";
import { evidenceLayers } from "../../map/evidenceLayers";
import { Legend } from "../../map/Legend";
import { MapFrame, type ReadyMap } from "../../map/MapFrame";
import { NOTHING, type OverlayLayer, putOverlay } from "../../map/overlay";
import { OVERLAY_COLOURS, PALETTES, type Scheme } from "../../map/style/palette";
import { TrackQuality } from "../../map/TrackQuality";
import type { DiaryEntry } from "./diary";

interface PastMapProps {
  label: string;
  fixes: readonly TrackFix[];
  entries: readonly DiaryEntry[];
  chosen: DiaryEntry | null;
}

const BACK = 0.35;

export function PastMap({ label, fixes, entries, chosen }: PastMapProps) {
  const [ready, setReady] = useState<ReadyMap | null>(null);
  const takeReady = useCallback((next: ReadyMap | null) => setReady(next), []);
  const features = useMemo(() => wholeFeatures(fixes, entries), [fixes, entries]);
  const bright = useMemo(() => chosenFeatures(fixes, chosen), [fixes, chosen]);
  useEffect(() => {
    if (!ready) return;
    putOverlay(ready.map, "evidence", features, [...evidenceLayers(ready.scheme), stopLayer(ready.scheme)]);
    putOverlay(ready.map, "chosen", NOTHING, chosenLayers(ready.scheme));
  }, [ready, features]);
  useEffect(() => {
    if (!ready) return;
    const { map, scheme } = ready;
    putOverlay(map, "chosen", bright, chosenLayers(scheme));
    for (const layer of ["evidence-track", "evidence-track-case", "evidence-poor", "evidence-gap"])
      map.setPaintProperty(layer, "line-opacity", chosen ? BACK : 1);
    const bounds = boundsOf(bright.features.length ? bright : features);
    if (bounds) map.fitBounds(bounds, { padding: 48, maxZoom: 16, duration: 0 });
  }, [ready, features, bright, chosen]);
  const parts = [...features.features, ...bright.features].map(({ properties }) =>
    String(properties?.["part"]),
  );
  return (
    <>
      <MapFrame label={label} calm height={320} onReady={takeReady} />
      <Legend parts={new Set(parts)} />
      <TrackQuality fixes={fixes} />
    </>
  );
}

function wholeFeatures(fixes: readonly TrackFix[], entries: readonly DiaryEntry[]): FeatureCollection {
  const whole = evidenceFeatures({ fixes, planned: null, corridor: null });
  const stops = entries.flatMap((entry): Feature[] =>
    entry.kind === "stop" ? [pointOf("stop", entry.row.lon, entry.row.lat)] : [],
  );
  return { ...whole, features: [...whole.features, ...stops] };
}

function chosenFeatures(fixes: readonly TrackFix[], chosen: DiaryEntry | null): FeatureCollection {
  if (!chosen) return NOTHING;
  if (chosen.kind === "stop") return collection([pointOf("chosen", chosen.row.lon, chosen.row.lat)]);
  const end = chosen.endMs ?? Number.POSITIVE_INFINITY;
  const pieces = trackPieces(fixes.filter(([, , ms]) => ms >= chosen.startMs && ms <= end));
  return collection(
    pieces
      .filter(({ properties }) => properties?.["part"] !== "aside")
      .map((piece) =>
        piece.properties?.["part"] === "gap" ? piece : { ...piece, properties: { part: "chosen" } },
      ),
  );
}

const collection = (features: Feature[]): FeatureCollection => ({ type: "FeatureCollection", features });
const pointOf = (part: string, lon: number, lat: number): Feature => ({
  type: "Feature",
  properties: { part },
  geometry: { type: "Point", coordinates: [lon, lat] },
});

function stopLayer(scheme: Scheme): OverlayLayer {
  const halo = PALETTES[scheme].labelHalo;
  return {
    id: "evidence-stop",
    type: "circle",
    filter: ["==", ["get", "part"], "stop"],
    paint: {
      "circle-radius": 4.5,
      "circle-color": OVERLAY_COLOURS[scheme].depot,
      "circle-stroke-width": 2,
      "circle-stroke-color": halo,
    },
  } as OverlayLayer;
}

function chosenLayers(scheme: Scheme): OverlayLayer[] {
  const { planned, poorTrack } = OVERLAY_COLOURS[scheme];
  const halo = PALETTES[scheme].labelHalo;
  const only = (part: string, kind: string): unknown[] => [
    "all",
    ["==", ["get", "part"], part],
    ["==", ["geometry-type"], kind],
  ];
  const stroke = (name: string, part: string, colour: string, width: number, extra: object = {}) => ({
    id: `chosen-${name}`,
    type: "line",
    filter: only(part, "LineString"),
    layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": colour, "line-width": width, ...extra },
  });
  return [
    stroke("case", "chosen", halo, 9),
    stroke("gap", "gap", poorTrack, 3, { "line-dasharray": [0.4, 2.2] }),
    stroke("line", "chosen", planned, 5),
    {
      id: "chosen-point",
      type: "circle",
      filter: only("chosen", "Point"),
      paint: {
        "circle-radius": 9,
        "circle-color": planned,
        "circle-stroke-width": 3,
        "circle-stroke-color": halo,
      },
    },
  ] as OverlayLayer[];
}

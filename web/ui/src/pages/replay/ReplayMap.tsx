// The map of a replay: tracks with gaps as gaps, fences, what happened where, and the vehicles at this moment.
import type { Feature, FeatureCollection, Geometry } from "geojson";
import { useCallback, useEffect, useMemo, useState } from "react";
import type { FenceShape } from "../../api/replay";
import { boundsOf } from "../../map/evidence";
import { GROUND_OPACITY } from "../../map/evidenceLayers";
import { MapFrame, type ReadyMap } from "../../map/MapFrame";
import { type OverlayLayer, putOverlay } from "../../map/overlay";
import { OVERLAY_COLOURS, PALETTES, type Scheme } from "../../map/style/palette";
import { LABEL_FONTS } from "../../map/style/parts";
import { colourOf } from "./colours";
import type { Mark } from "./marks";
import { type ReplayTrack, type Standing, seenPieces } from "./track";

interface ReplayMapProps {
  label: string;
  tracks: readonly ReplayTrack[];
  marks: readonly Mark[];
  fences: readonly FenceShape[];
  standings: readonly Standing[];
  labels: readonly string[];
  /** The vehicle the map stays with. */
  followed: number;
}

export function ReplayMap({ label, tracks, marks, fences, standings, labels, followed }: ReplayMapProps) {
  const [ready, setReady] = useState<ReadyMap | null>(null);
  const takeReady = useCallback((next: ReadyMap | null) => setReady(next), []);
  const ground = useMemo(() => fenceFeatures(fences), [fences]);
  useEffect(() => {
    if (!ready) return;
    const { map, scheme } = ready;
    const ways = wayFeatures(tracks, scheme);
    putOverlay(map, "replay-ground", ground, groundLayers(scheme));
    putOverlay(map, "replay-ways", ways, wayLayers());
    putOverlay(map, "replay-marks", markFeatures(marks), markLayers(scheme));
  }, [ready, tracks, marks, ground]);
  useEffect(() => {
    if (!ready) return;
    const bounds = boundsOf(wayFeatures(tracks, ready.scheme));
    if (bounds) ready.map.fitBounds(bounds, { padding: 48, maxZoom: 16, duration: 0 });
  }, [ready, tracks]);
  useEffect(() => {
    if (!ready) return;
    const { map, scheme } = ready;
    putOverlay(map, "replay-now", nowFeatures(standings, labels, scheme), nowLayers(scheme));
    const chosen = standings[followed];
    if (chosen && chosen.state !== "before") map.setCenter([chosen.lon, chosen.lat]);
  }, [ready, standings, labels, followed]);
  return <MapFrame label={label} height="100%" onReady={takeReady} />;
}

const collection = (features: Feature[]): FeatureCollection => ({ type: "FeatureCollection", features });
const feature = (geometry: Geometry, properties: Record<string, unknown>): Feature => ({
  type: "Feature",
  geometry,
  properties,
});
const point = (lon: number, lat: number): Geometry => ({ type: "Point", coordinates: [lon, lat] });

function wayFeatures(tracks: readonly ReplayTrack[], scheme: Scheme): FeatureCollection {
  return collection(
    tracks.flatMap((track, index) => {
      const colour = colourOf(scheme, index);
      const pieces = seenPieces(track);
      return pieces.flatMap((piece, place) => {
        const line = piece.map(([lon, lat]) => [lon, lat]);
        const next = pieces[place + 1]?.[0];
        const last = piece[piece.length - 1];
        return [
          ...(line.length > 1
            ? [feature({ type: "LineString", coordinates: line }, { part: "way", colour })]
            : []),
          ...(next && last
            ? [
                feature(
                  {
                    type: "LineString",
                    coordinates: [
                      [last[0], last[1]],
                      [next[0], next[1]],
                    ],
                  },
                  { part: "gap", colour },
                ),
              ]
            : []),
        ];
      });
    }),
  );
}

const markFeatures = (marks: readonly Mark[]): FeatureCollection =>
  collection(
    marks.flatMap(({ kind, lon, lat }) =>
      lon === null || lat === null ? [] : [feature(point(lon, lat), { part: kind })],
    ),
  );

const fenceFeatures = (fences: readonly FenceShape[]): FeatureCollection =>
  collection(fences.map(({ geometry, name, kind }) => feature(geometry, { name, kind })));

const nowFeatures = (
  standings: readonly Standing[],
  labels: readonly string[],
  scheme: Scheme,
): FeatureCollection =>
  collection(
    standings.flatMap((standing, index) =>
      standing.state === "before"
        ? []
        : [
            feature(point(standing.lon, standing.lat), {
              label: labels[index],
              colour: colourOf(scheme, index),
              inside: standing.state === "unseen" ? PALETTES[scheme].labelHalo : colourOf(scheme, index),
            }),
          ],
    ),
  );

function groundLayers(scheme: Scheme): OverlayLayer[] {
  const colour = OVERLAY_COLOURS[scheme].depot;
  return [
    {
      id: "replay-fence",
      type: "fill",
      filter: ["==", ["geometry-type"], "Polygon"],
      paint: { "fill-color": colour, "fill-opacity": GROUND_OPACITY.area },
    },
    {
      id: "replay-fence-edge",
      type: "line",
      filter: ["==", ["geometry-type"], "Polygon"],
      paint: { "line-color": colour, "line-width": 1.2 },
    },
    {
      id: "replay-fence-point",
      type: "circle",
      filter: ["==", ["geometry-type"], "Point"],
      paint: { "circle-radius": 4, "circle-color": colour, "circle-opacity": 0.5 },
    },
  ] as object[] as OverlayLayer[];
}

function wayLayers(): OverlayLayer[] {
  const layout = { "line-cap": "round", "line-join": "round" };
  return [
    {
      id: "replay-way",
      type: "line",
      filter: ["==", ["get", "part"], "way"],
      layout,
      paint: { "line-color": ["get", "colour"], "line-width": 3, "line-opacity": 0.6 },
    },
    {
      id: "replay-gap",
      type: "line",
      filter: ["==", ["get", "part"], "gap"],
      layout,
      paint: { "line-color": ["get", "colour"], "line-width": 2, "line-dasharray": [0.4, 2.4] },
    },
  ] as object[] as OverlayLayer[];
}

function markLayers(scheme: Scheme): OverlayLayer[] {
  const halo = PALETTES[scheme].labelHalo;
  const { depot, end } = OVERLAY_COLOURS[scheme];
  const dot = (part: string, radius: number, colour: string, edge: string) => ({
    id: `replay-${part}`,
    type: "circle",
    filter: ["==", ["get", "part"], part],
    paint: {
      "circle-radius": radius,
      "circle-color": colour,
      "circle-stroke-width": 1.5,
      "circle-stroke-color": edge,
    },
  });
  return [dot("stop", 3.5, halo, depot), dot("alert", 5, "#ffd43b", end)] as OverlayLayer[];
}

function nowLayers(scheme: Scheme): OverlayLayer[] {
  const { label, labelHalo } = PALETTES[scheme];
  return [
    {
      id: "replay-now-halo",
      type: "circle",
      paint: { "circle-radius": 10, "circle-color": labelHalo },
    },
    {
      id: "replay-now",
      type: "circle",
      paint: {
        "circle-radius": 6.5,
        "circle-color": ["get", "inside"],
        "circle-stroke-width": 2.5,
        "circle-stroke-color": ["get", "colour"],
      },
    },
    {
      id: "replay-now-label",
      type: "symbol",
      layout: {
        "text-field": ["get", "label"],
        "text-font": LABEL_FONTS,
        "text-size": 12,
        "text-anchor": "top",
        "text-offset": [0, 0.9],
        "text-allow-overlap": true,
      },
      paint: { "text-color": label, "text-halo-color": labelHalo, "text-halo-width": 1.6 },
    },
  ] as object[] as OverlayLayer[];
}

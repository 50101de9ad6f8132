// How evidence is drawn: corridor as a pale band, planned route dashed, the track solid, weak signal thin,
// gaps dotted, ends as rings.
import type { OverlayLayer } from "./overlay";
import { OVERLAY_COLOURS, PALETTES, type Scheme } from "./style/palette";

const only = (part: string): unknown[] => ["==", ["get", "part"], part];

export function evidenceLayers(scheme: Scheme): OverlayLayer[] {
  const colours = OVERLAY_COLOURS[scheme];
  const halo = PALETTES[scheme].labelHalo;
  const dot = (part: string, colour: string, radius: number) => ({
    id: `evidence-${part}`,
    type: "circle",
    filter: only(part),
    paint: {
      "circle-radius": radius,
      "circle-color": halo,
      "circle-stroke-width": 3,
      "circle-stroke-color": colour,
    },
  });
  const stroke = (part: string, colour: string, width: number, extra: object = {}) => ({
    id: `evidence-${part}`,
    type: "line",
    filter: only(part),
    layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": colour, "line-width": width, ...extra },
  });
  return [
    {
      id: "evidence-corridor",
      type: "fill",
      filter: only("corridor"),
      paint: { "fill-color": colours.corridor, "fill-opacity": 0.14, "fill-outline-color": colours.corridor },
    },
    {
      id: "evidence-area",
      type: "fill",
      filter: only("area"),
      paint: { "fill-color": colours.depot, "fill-opacity": 0.12, "fill-outline-color": colours.depot },
    },
    stroke("planned", colours.planned, 3, { "line-dasharray": [2, 1.8] }),
    { ...stroke("track", halo, 7), id: "evidence-track-case" },
    stroke("gap", colours.poorTrack, 2, { "line-dasharray": [0.4, 2.2] }),
    stroke("poor", colours.poorTrack, 3),
    stroke("track", colours.track, 4),
    dot("origin", colours.planned, 4),
    dot("destination", colours.planned, 4),
    dot("start", colours.start, 5),
    dot("end", colours.end, 5),
  ] as OverlayLayer[];
}

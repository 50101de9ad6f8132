// How evidence is drawn: corridor as a pale band, planned route dashed, the track solid, weak signal thin, gaps
// dotted, fixes at which it was not small rings; where something begins a ring, where it ends a disc. The legend draws the same.
import type { OverlayLayer } from "./overlay";
import { OVERLAY_COLOURS, PALETTES, type Scheme } from "./style/palette";

export const GROUND_OPACITY = { rural: 0.03, corridor: 0.14, area: 0.12 } as const;

const only = (part: string): unknown[] => ["==", ["get", "part"], part];

export function evidenceLayers(scheme: Scheme): OverlayLayer[] {
  const colours = OVERLAY_COLOURS[scheme];
  const halo = PALETTES[scheme].labelHalo;
  const dot = (part: string, inside: string, edge: string) => ({
    id: `evidence-${part}`,
    type: "circle",
    filter: only(part),
    paint: {
      "circle-radius": 5,
      "circle-color": inside,
      "circle-stroke-width": 3,
      "circle-stroke-color": edge,
    },
  });
  const ground = (part: string, colour: string, opacity: number) => ({
    id: `evidence-${part}`,
    type: "fill",
    filter: only(part),
    paint: { "fill-color": colour, "fill-opacity": opacity, "fill-outline-color": colour },
  });
  const stroke = (part: string, colour: string, width: number, extra: object = {}) => ({
    id: `evidence-${part}`,
    type: "line",
    filter: only(part),
    layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": colour, "line-width": width, ...extra },
  });
  return [
    // A rural area is half a district: barely tinted, or the map below it would be lost.
    ground("rural", colours.depot, GROUND_OPACITY.rural),
    ground("corridor", colours.corridor, GROUND_OPACITY.corridor),
    ground("area", colours.depot, GROUND_OPACITY.area),
    stroke("planned", colours.planned, 3, { "line-dasharray": [2, 1.8] }),
    { ...stroke("track", halo, 7), id: "evidence-track-case" },
    stroke("gap", colours.poorTrack, 2, { "line-dasharray": [0.4, 2.2] }),
    stroke("poor", colours.poorTrack, 3),
    stroke("track", colours.track, 4),
    {
      ...dot("aside", halo, colours.poorTrack),
      paint: {
        "circle-radius": 3,
        "circle-color": halo,
        "circle-stroke-width": 1.5,
        "circle-stroke-color": colours.poorTrack,
      },
    },
    dot("origin", halo, colours.planned),
    dot("destination", colours.planned, halo),
    dot("start", halo, colours.start),
    dot("end", colours.end, halo),
  ] as OverlayLayer[];
}

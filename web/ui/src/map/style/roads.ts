// Roads of the basemap: cases first, then bodies by rank, tunnels marked.
import type { LayerSpecification } from "maplibre-gl";
import type { Palette } from "./palette";
import { growing, line, MAIN_ROADS, MOTORWAYS, oneOf, PATHS, ROADS, type Zooms } from "./parts";

export function roadLayers(p: Palette): LayerSpecification[] {
  const kinds = [
    {
      id: "road",
      values: ROADS,
      colour: p.road,
      from: 12,
      stops: [
        [12, 0.6],
        [14, 2.4],
        [18, 14],
      ] as Zooms,
    },
    {
      id: "main",
      values: MAIN_ROADS,
      colour: p.mainRoad,
      from: 8,
      stops: [
        [8, 0.7],
        [13, 3.6],
        [18, 22],
      ] as Zooms,
    },
    {
      id: "motorway",
      values: MOTORWAYS,
      colour: p.motorway,
      from: 5,
      stops: [
        [5, 0.6],
        [13, 4.6],
        [18, 26],
      ] as Zooms,
    },
  ];
  const cases = kinds.map(({ id, values, from, stops }) =>
    line(
      `road-${id}-case`,
      "roads",
      { "line-color": p.roadCase, "line-width": growing(stops.map(([z, w]) => [z, w + 1.4] as const)) },
      { filter: oneOf("class", values), minzoom: Math.max(from, 9) },
    ),
  );
  const bodies = kinds.map(({ id, values, colour, from, stops }) =>
    line(
      `road-${id}`,
      "roads",
      { "line-color": colour, "line-width": growing(stops) },
      { filter: oneOf("class", values), minzoom: from },
    ),
  );
  return [
    line(
      "road-path",
      "roads",
      {
        "line-color": p.path,
        "line-width": growing([
          [13, 0.5],
          [18, 5],
        ]),
      },
      { filter: oneOf("class", PATHS), minzoom: 13 },
    ),
    ...cases,
    ...bodies,
    line(
      "road-tunnel",
      "roads",
      {
        "line-color": p.ground,
        "line-width": growing([
          [12, 1],
          [18, 8],
        ]),
        "line-dasharray": [1.5, 1.5],
      },
      { filter: ["==", ["get", "tunnel"], true], minzoom: 12 },
    ),
  ];
}

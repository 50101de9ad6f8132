// Speed over time as lines of a drawing: at most two points a pixel, broken where nobody saw the vehicle. Pure.
import type { TrackFix } from "../../map/evidence";
import type { Bounds } from "./clock";
import { type ReplayTrack, seenPieces } from "./track";

export interface Plane {
  readonly bounds: Bounds;
  readonly width: number;
  readonly height: number;
  readonly mostKmh: number;
}

export const xOf = (ms: number, { bounds: { fromMs, toMs }, width }: Plane): number =>
  ((ms - fromMs) / Math.max(toMs - fromMs, 1)) * width;
const yOf = (kmh: number, { height, mostKmh }: Plane): number => height - (kmh / mostKmh) * height;

/** The top of the scale: a round number that is not exceeded. */
export function scaleTop(tracks: readonly ReplayTrack[]): number {
  let top = 0;
  for (const { line } of tracks) for (const [, , , kmh] of line) top = Math.max(top, kmh ?? 0);
  return Math.max(30, Math.ceil(top / 30) * 30);
}

/** Of the fixes in one pixel the slowest and the fastest. */
function sparse(piece: readonly TrackFix[], plane: Plane): [number, number][] {
  const points: [number, number][] = [];
  let column: [number, number][] = [];
  const flush = () => {
    const [first] = column;
    if (!first) return;
    const speeds = column.map(([, kmh]) => kmh);
    const [low, high] = [Math.min(...speeds), Math.max(...speeds)];
    points.push([first[0], low]);
    if (high > low) points.push([first[0], high]);
    column = [];
  };
  for (const [, , ms, kmh] of piece) {
    if (kmh === null) continue;
    const x = xOf(ms, plane);
    if (column[0] && Math.floor(column[0][0]) !== Math.floor(x)) flush();
    column.push([x, kmh]);
  }
  flush();
  return points;
}

const text = (value: number): string => value.toFixed(1);

/** The "d" of an SVG path. */
export const speedPath = (track: ReplayTrack, plane: Plane): string =>
  seenPieces(track)
    .map((piece) =>
      sparse(piece, plane)
        .map(([x, kmh], index) => `${index ? "L" : "M"}${text(x)} ${text(yOf(kmh, plane))}`)
        .join(""),
    )
    .join("");

const TICKS_MIN = [1, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880];

/** Instants to write below, on full minutes of the zone that is so many minutes ahead of UTC. */
export function ticks({ fromMs, toMs }: Bounds, most: number, offsetMin: number): number[] {
  const minutes = (toMs - fromMs) / 60_000;
  const every = (TICKS_MIN.find((each) => minutes / each <= most) ?? 7200) * 60_000;
  const shift = offsetMin * 60_000;
  const found: number[] = [];
  for (let at = Math.ceil((fromMs + shift) / every) * every - shift; at <= toMs; at += every) found.push(at);
  return found;
}

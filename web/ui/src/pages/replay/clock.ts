// The clock of a replay: how fast it goes, where it may stand, and when it stops. Pure.
export const SPEEDS = [1, 10, 30, 60, 120, 300, 600] as const;
export const USUAL_SPEED = 60;

export const speedOf = (text: string | null): number => {
  const named = Number(text);
  return SPEEDS.some((each) => each === named) ? named : USUAL_SPEED;
};

export interface Bounds {
  readonly fromMs: number;
  readonly toMs: number;
}

export const within = (ms: number, { fromMs, toMs }: Bounds): number => Math.min(Math.max(ms, fromMs), toMs);

/** Where the clock stands after so much of the reader's own time. A tab that slept does not leap. */
export function advanced(ms: number, elapsedMs: number, speed: number, bounds: Bounds): number {
  return within(ms + Math.min(Math.max(elapsedMs, 0), 500) * speed, bounds);
}

const NICE_S = [1, 5, 10, 30, 60, 300, 600];

/** What one press of an arrow key moves: about a thousandth of the whole. */
export function stepMs({ fromMs, toMs }: Bounds): number {
  const wanted = (toMs - fromMs) / 1_000_000;
  return (NICE_S.find((each) => each >= wanted) ?? 600) * 1000;
}

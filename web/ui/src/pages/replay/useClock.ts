// The running clock: goes on with the reader's own time, in steps a page can draw.
import { useReducedMotion } from "@mantine/hooks";
import { useCallback, useEffect, useRef, useState } from "react";
import { advanced, type Bounds, within } from "./clock";

export interface Clock {
  readonly ms: number;
  readonly playing: boolean;
  /** Sets the clock and stops nothing. */
  seek: (ms: number) => void;
  toggle: () => void;
}

const STEP_MS = 50;
const CALM_STEP_MS = 250;

export function useClock(
  startMs: number,
  speed: number,
  bounds: Bounds,
  onRest: (ms: number) => void,
): Clock {
  const [ms, setMs] = useState(() => within(startMs, bounds));
  const [playing, setPlaying] = useState(false);
  const calm = useReducedMotion();
  const now = useRef(ms);
  const seek = useCallback(
    (next: number) => {
      now.current = within(next, bounds);
      setMs(now.current);
    },
    [bounds],
  );
  useEffect(() => {
    if (!playing) return;
    let last = performance.now();
    const timer = window.setInterval(
      () => {
        const at = performance.now();
        seek(advanced(now.current, at - last, speed, bounds));
        last = at;
        if (now.current >= bounds.toMs) setPlaying(false);
      },
      calm ? CALM_STEP_MS : STEP_MS,
    );
    return () => window.clearInterval(timer);
  }, [playing, speed, bounds, calm, seek]);
  useEffect(() => {
    if (!playing) onRest(now.current);
  }, [playing, onRest]);
  const toggle = useCallback(() => {
    if (!playing && now.current >= bounds.toMs) seek(bounds.fromMs);
    setPlaying(!playing);
  }, [playing, bounds, seek]);
  return { ms, playing, seek, toggle };
}

// What the map page shows, kept in the address: search words, states, the chosen vehicle, table or map.
import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";

export interface MapState {
  readonly text: string;
  readonly states: ReadonlySet<string>;
  readonly vehicleId: string | null;
  readonly table: boolean;
  /** A place to look at, lon and lat, from the search. */
  readonly at: readonly [number, number] | null;
  change: (changes: Record<string, string | null>) => void;
}

export function useMapState(): MapState {
  const [params, setParams] = useSearchParams();
  const change = useCallback(
    (changes: Record<string, string | null>) =>
      setParams(
        (before) => {
          const next = new URLSearchParams(before);
          for (const [name, value] of Object.entries(changes)) {
            if (value) next.set(name, value);
            else next.delete(name);
          }
          return next;
        },
        // As a transition it would begin again with every live frame, on a slow machine for ever.
        { replace: true, flushSync: true },
      ),
    [setParams],
  );
  const states = params.get("states") ?? "";
  const at = params.get("at") ?? "";
  return {
    text: params.get("q") ?? "",
    states: useMemo(() => new Set(states.split(",").filter(Boolean)), [states]),
    vehicleId: params.get("vehicle"),
    table: params.get("view") === "table",
    at: useMemo(() => parsePoint(at), [at]),
    change,
  };
}

function parsePoint(text: string): readonly [number, number] | null {
  const [lon, lat] = text.split(",").map(Number);
  return lon !== undefined && lat !== undefined && Number.isFinite(lon) && Number.isFinite(lat) && text !== ""
    ? [lon, lat]
    : null;
}

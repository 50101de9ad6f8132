// Several vehicles on one clock. The look at each is recorded by the server, with its purpose where one is owed.
import type { Geometry } from "geojson";
import type { TrackFix } from "../map/evidence";
import { answered, api, type Schemas } from "./client";
import { readPage } from "./list";
import type { LiveRow } from "./vehicles";

export type Replayed = Omit<Schemas["Replayed"], "fixes"> & { fixes: TrackFix[] };
export type FenceShape = Omit<Schemas["FenceShape"], "geometry"> & { geometry: Geometry };
export type Replay = Omit<Schemas["Replay"], "vehicles" | "fences"> & {
  vehicles: Replayed[];
  fences: FenceShape[];
};

export const readReplay = (
  vehicles: readonly string[],
  from: string,
  to: string,
  purpose: string | undefined,
): Promise<Replay> =>
  answered(
    api.GET("/api/replay", {
      params: { query: { vehicle: [...vehicles], from, to, ...(purpose ? { purpose } : {}) } },
    }),
  );

export const findVehicles = async (q: string): Promise<LiveRow[]> =>
  (await readPage<LiveRow>("/api/vehicles", { q, limit: 20 })).items;

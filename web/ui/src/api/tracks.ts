// The way a vehicle drove under an order. Every reading is recorded by the server, with its purpose where one is owed.
import type { TrackFix } from "../map/evidence";
import { answered, api } from "./client";
import type { OrderDetail } from "./orders";

interface Track {
  fixes: TrackFix[];
  truncated: boolean;
}

export const readTrack = (
  order: OrderDetail,
  purpose: string | undefined,
  signal: AbortSignal,
): Promise<Track> =>
  answered(
    api.GET("/api/vehicles/{vehicle_id}/track", {
      params: {
        path: { vehicle_id: order.vehicle_id ?? "" },
        query: {
          from: order.departed_at ?? order.planned_start_at,
          to: order.returned_at ?? new Date().toISOString(),
          ...(purpose ? { purpose } : {}),
        },
      },
      signal,
    }),
  );

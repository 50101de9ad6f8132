// The way a vehicle drove, under an order or on a day. Every reading is recorded by the server, with its purpose where one is owed.
import type { TrackFix } from "../map/evidence";
import { answered, api, type Schemas } from "./client";
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

export type DriveRow = Schemas["DriveRow"];
export type StopRow = Schemas["StopRow"];
export type Past = Omit<Schemas["Track"], "fixes"> & { fixes: TrackFix[] };

/** Where a vehicle was in a span, with its drives and stops, as far as this person may see them. */
export const readPast = (
  vehicleId: string,
  span: { from: string; to: string },
  purpose: string | undefined,
  signal: AbortSignal,
): Promise<Past> =>
  answered(
    api.GET("/api/vehicles/{vehicle_id}/track", {
      params: { path: { vehicle_id: vehicleId }, query: { ...span, ...(purpose ? { purpose } : {}) } },
      signal,
    }),
  );

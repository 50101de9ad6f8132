// The way a vehicle drove, under an order or on a day. Every reading is recorded by the server, with its purpose where one is owed.
import type { TrackFix } from "../map/evidence";
import { answered, api, type Schemas } from "./client";
import { fileAddress, type Query } from "./list";
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

export type AlertMark = Schemas["AlertMark"];

interface PastQuery {
  readonly from: string;
  readonly to: string;
  /** Standstills shorter than this are left out; the server's own measure when absent. */
  readonly least_s?: number;
}

/** Where a vehicle was in a span, with its drives and stops, as far as this person may see them. */
export const readPast = (
  vehicleId: string,
  query: PastQuery,
  purpose: string | undefined,
  signal?: AbortSignal,
): Promise<Past> =>
  answered(
    api.GET("/api/vehicles/{vehicle_id}/track", {
      params: { path: { vehicle_id: vehicleId }, query: { ...query, ...(purpose ? { purpose } : {}) } },
      ...(signal ? { signal } : {}),
    }),
  );

/** The drives or the stops of a vehicle as a file. */
export const pastAddress = (
  vehicleId: string,
  kind: "drive" | "stop",
  query: Query,
  format: "csv" | "xlsx",
): string => fileAddress(`/api/vehicles/${vehicleId}/${kind}s`, query, format);

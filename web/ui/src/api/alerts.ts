// Suspicions: what a rule says of one episode, and the evidence it was judged by.
import type { Geometry } from "geojson";
import { answered, api, type Schemas } from "./client";
import type { Placed } from "./orders";

export type AlertRow = Schemas["AlertRow"];
export type Revision = Schemas["RevisionRow"];
export type LookedAt = Schemas["LookedAt"];
export type AlertOrder = Placed<Schemas["AlertOrder"]>;

export interface Evidence extends Omit<Schemas["Evidence"], "areas" | "corridor" | "order"> {
  corridor: Geometry | null;
  areas: { id: string; kind: string; name: string; geometry: Geometry }[];
  order: AlertOrder | null;
}

export type AlertDetail = Omit<Schemas["AlertPage"], "evidence"> & { evidence: Evidence };

export const readAlert = (id: string, purpose?: string): Promise<AlertDetail> =>
  answered(
    api.GET("/api/alerts/{alert_id}", {
      params: { path: { alert_id: id }, query: { purpose: purpose ?? null } },
    }),
  );

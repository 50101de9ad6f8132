// The dispatcher's queue, the solver's proposal and its acceptance.
import { answered, api, once, type Schemas } from "./client";
import type { Placed } from "./orders";

export type QueueRow = Placed<Schemas["QueueItem"]>;
export type Plan = Schemas["Suggestion"];
export type Proposed = Schemas["Assignment"];
export type Unserved = Schemas["Unserved"];
export type Candidates = Schemas["Candidates"];
export type Objection = Schemas["Objection"];
export type Acceptance = Schemas["Acceptance"];

export const readQueue = async (): Promise<QueueRow[]> =>
  (await answered<{ items: QueueRow[] }>(api.GET("/api/dispatch/queue"))).items;
export const suggest = (orderIds: string[] | null, key: string): Promise<Plan> =>
  answered(api.POST("/api/dispatch/suggest", { body: { order_ids: orderIds }, headers: once(key) }));
export const acceptPlan = (planId: string, orderIds: string[], key: string): Promise<Acceptance> =>
  answered(
    api.POST("/api/dispatch/accept", { body: { plan_id: planId, order_ids: orderIds }, headers: once(key) }),
  );
export const readCandidates = (
  orderId: string,
  vehicleId: string | null,
  signal: AbortSignal,
): Promise<Candidates> =>
  answered(
    api.GET("/api/dispatch/orders/{order_id}/candidates", {
      params: { path: { order_id: orderId }, query: { vehicle_id: vehicleId } },
      signal,
    }),
  );

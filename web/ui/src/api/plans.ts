// Plans that are kept: one of them, two beside each other, adopted, discarded; scenarios.

import { answered, api, once, type Schemas } from "./client";
import type { Acceptance, Plan } from "./dispatch";

export type PlanRow = Schemas["PlanRow"];
export type KeptPlan = Schemas["KeptPlan"];
export type Disruption = Schemas["DisruptionRow"];
export type Comparison = Schemas["Comparison"];

export const readPlan = (id: string): Promise<KeptPlan> =>
  answered(api.GET("/api/dispatch/plans/{plan_id}", { params: { path: { plan_id: id } } }));
export const readPlans = async (): Promise<PlanRow[]> =>
  (
    await answered<{ items: PlanRow[] }>(
      api.GET("/api/dispatch/plans", { params: { query: { limit: 100 } } }),
    )
  ).items;
export const readUndecided = async (): Promise<Disruption[]> =>
  (
    await answered<{ items: Disruption[] }>(
      api.GET("/api/dispatch/disruptions", { params: { query: { undecided: true, limit: 50 } } }),
    )
  ).items;
export const comparePlans = (one: string, other: string): Promise<Comparison> =>
  answered(
    api.GET("/api/dispatch/plans/{plan_id}/against/{other_plan_id}", {
      params: { path: { plan_id: one, other_plan_id: other } },
    }),
  );
export const adoptPlan = (id: string, key: string): Promise<Acceptance> =>
  answered(
    api.POST("/api/dispatch/plans/{plan_id}/adopt", {
      params: { path: { plan_id: id } },
      body: {},
      headers: once(key),
    }),
  );
export const discardPlan = (id: string, key: string): Promise<unknown> =>
  answered(
    api.POST("/api/dispatch/plans/{plan_id}/discard", {
      params: { path: { plan_id: id } },
      body: { reason: "" },
      headers: once(key),
    }),
  );
export const tryScenario = (key: string): Promise<Plan> =>
  answered(
    api.POST("/api/dispatch/what-if", {
      body: { plan_assigned_anew: true, without_drivers: [], without_vehicles: [], seed: 0, seconds: 3 },
      headers: once(key),
    }),
  );

// Plans that are kept: one of them, two beside each other, adopted, discarded; scenarios.

import { answered, api, once, type Schemas, versioned } from "./client";
import type { Acceptance, Plan } from "./dispatch";

export type PlanRow = Schemas["PlanRow"];
export type KeptPlan = Schemas["KeptPlan"];
export type Disruption = Schemas["DisruptionRow"];
export type ReplanRules = Schemas["KeptRules"];
export type ArrivalError = Schemas["ArrivalErrorRow"];
export type TravelFactor = Schemas["TravelFactorRow"];
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
export const readArrivalErrors = async (): Promise<ArrivalError[]> =>
  (await answered<{ items: ArrivalError[] }>(api.GET("/api/dispatch/arrival-errors"))).items;
export const readTravelFactors = async (): Promise<TravelFactor[]> =>
  (await answered<{ items: TravelFactor[] }>(api.GET("/api/dispatch/travel-factors"))).items;
export const readReplanRules = (): Promise<ReplanRules> => answered(api.GET("/api/dispatch/replan-rules"));
export const keepReplanRules = (
  body: Schemas["ReplanRules"],
  version: number | null,
  key: string,
): Promise<ReplanRules> =>
  answered(
    api.PUT("/api/dispatch/replan-rules", {
      body,
      headers: version === null ? once(key) : versioned(version, key),
    }),
  );

// The fleet policy in versions, and the papers of vehicles.
import { answered, api, once, type Schemas } from "./client";

export type PolicyContent = Schemas["PolicyContent"];
export type PolicyBody = Schemas["PolicyBody"];
export type PolicyRow = Schemas["FleetPolicyRow"];
export type Restriction = Schemas["RestrictionBody"];
export type PaperBody = Schemas["PaperBody"];
export type PaperRow = Schemas["PaperRow"];
export const PAPER_KINDS = [
  "driving_permit",
  "inspection",
  "compulsory_insurance",
  "commercial_insurance",
  "other",
] as const;

export const readFleetPolicy = (): Promise<Schemas["FleetPolicyNow"]> =>
  answered(api.GET("/api/fleet-policy"));

export const draftFleetPolicy = (body: PolicyBody, key: string) =>
  answered(api.POST("/api/fleet-policies", { body, headers: once(key) }));

export const settleFleetPolicy = (id: string, what: "publish" | "withdraw", key: string) =>
  answered(
    api.POST(`/api/fleet-policies/{policy_id}/${what}`, {
      params: { path: { policy_id: id } },
      headers: once(key),
    }),
  );

export const readPapers = async (vehicle: string): Promise<readonly PaperRow[]> =>
  (
    await answered<{ items: PaperRow[] }>(
      api.GET("/api/vehicles/{vehicle_id}/papers", { params: { path: { vehicle_id: vehicle } } }),
    )
  ).items;

export const enterPaper = (vehicle: string, body: PaperBody, key: string) =>
  answered(
    api.POST("/api/vehicles/{vehicle_id}/papers", {
      params: { path: { vehicle_id: vehicle } },
      body,
      headers: once(key),
    }),
  );

export const takeOutPaper = (vehicle: string, paper: string, reason: string, key: string) =>
  answered(
    api.POST("/api/vehicles/{vehicle_id}/papers/{paper_id}/take-out", {
      params: { path: { vehicle_id: vehicle, paper_id: paper } },
      body: { reason },
      headers: once(key),
    }),
  );

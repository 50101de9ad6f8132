// Health of locators, repair tickets, coverage.
import { answered, api, type Schemas, versioned } from "./client";

export type HealthRow = Schemas["HealthRow"];
export type TicketRow = Schemas["TicketRow"];
export type TicketItem = Schemas["TicketItem"];
export type TicketStep = TicketItem["steps"][number];
export type CoverageRow = Schemas["CoverageRow"];
export type HealthSummary = Schemas["HealthSummary"];
export type Grouping = "unit" | "model" | "installer";
export type TicketAnswer = Schemas["TicketStepBody"];

export const readSummary = (): Promise<HealthSummary> => answered(api.GET("/api/device-health/summary"));
export const readTicket = (id: string): Promise<TicketItem> =>
  answered(api.GET("/api/device-tickets/{ticket_id}", { params: { path: { ticket_id: id } } }));
export const readCoverage = async (by: Grouping, from: string, to: string): Promise<CoverageRow[]> =>
  (
    await answered<{ items: CoverageRow[] }>(
      api.GET("/api/device-coverage", { params: { query: { by, from, to } } }),
    )
  ).items;
export const stepTicket = (
  id: string,
  step: TicketStep,
  version: number,
  body: TicketAnswer,
  key: string,
): Promise<Schemas["Changed"]> =>
  answered(
    api.POST("/api/device-tickets/{ticket_id}/{ticket_step}", {
      params: { path: { ticket_id: id, ticket_step: step } },
      body,
      headers: versioned(version, key),
    }),
  );

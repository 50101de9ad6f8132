// The end of a trip: look back, things left behind, ratings.
import { answered, api, once, type Schemas } from "./client";

export type Ending = Schemas["Ending"];
export type LostEnd = Schemas["LostEnd"];
export const CHECK_ITEMS = [
  "belongings",
  "clean",
  "closed",
  "switched_off",
  "papers_and_key",
  "undamaged",
] as const;

const of = (id: string) => ({ path: { order_id: id } });

export const readEnding = (id: string): Promise<Ending> =>
  answered(api.GET("/api/orders/{order_id}/ending", { params: of(id) }));

export const sendChecklist = (id: string, body: Schemas["ChecklistBody"], key: string) =>
  answered<Ending>(
    api.POST("/api/orders/{order_id}/checklist", { params: of(id), body, headers: once(key) }),
  );

export const reportLost = (id: string, body: Schemas["LostBody"], key: string) =>
  answered(api.POST("/api/orders/{order_id}/lost-property", { params: of(id), body, headers: once(key) }));

export const closeLost = (id: string, lost: string, body: Schemas["LostEndBody"], key: string) =>
  answered<Ending>(
    api.POST("/api/orders/{order_id}/lost-property/{lost_id}/close", {
      params: { path: { order_id: id, lost_id: lost } },
      body,
      headers: once(key),
    }),
  );

export const rateTrip = (id: string, body: Schemas["RatingBody"], key: string) =>
  answered<Ending>(api.POST("/api/orders/{order_id}/rating", { params: of(id), body, headers: once(key) }));

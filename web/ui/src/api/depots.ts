// Depots: who stands there, and how full they were.
import { answered, api, type Schemas } from "./client";

export type Depot = Schemas["DepotRow"];
export type DepotDay = Schemas["DepotDayRow"];
export type DepotStay = Schemas["DepotStayRow"];

export const readDepot = (id: string): Promise<Depot> =>
  answered(api.GET("/api/depots/{area_id}", { params: { path: { area_id: id } } }));

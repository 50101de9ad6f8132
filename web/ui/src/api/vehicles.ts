// Vehicles as the map and the administrator see them. Whatever this viewer may not see is null.
import { answered, api, type Schemas } from "./client";

export type LiveRow = Schemas["VehicleItem"];
export type VehicleCard = Schemas["VehicleCard"];
export type Custody = Schemas["CustodyRow"];

export const readVehicle = (id: string): Promise<VehicleCard> =>
  answered(api.GET("/api/vehicles/{vehicle_id}", { params: { path: { vehicle_id: id } } }));
export const whyNotOnMap = (id: string): Promise<Schemas["WhyNot"]> =>
  answered(api.GET("/api/vehicles/{vehicle_id}/why-not-on-map", { params: { path: { vehicle_id: id } } }));

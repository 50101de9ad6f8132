// The register: units, people, locators, areas, calendar; and every change an administrator may make.
import type { Geometry } from "geojson";
import { answered, api, once, type Schemas, versioned } from "./client";

export type Unit = Schemas["UnitRow"];

/** A role and the unit from which it reaches down. */
export interface RoleHeld {
  role: string;
  unit_id: string;
}

export type Person = Omit<Schemas["PersonRow"], "roles"> & { roles: RoleHeld[] };
export type Device = Schemas["DeviceRow"];
export type Credential = Schemas["Credential"];
export type Area = Omit<Schemas["AreaRow"], "geometry"> & { geometry: Geometry };
export type StatedDay = Schemas["DayRow"];

export const readUnits = async (): Promise<Unit[]> =>
  (await answered<{ items: Unit[] }>(api.GET("/api/units", { params: { query: { limit: 500 } } }))).items;
export const readAreas = async (kind?: string): Promise<Area[]> =>
  (await answered<{ items: Area[] }>(api.GET("/api/areas", { params: { query: { kind: kind ?? null } } })))
    .items;
export const readCalendar = async (year: number, unit: string | null = null): Promise<StatedDay[]> =>
  (await answered<{ items: StatedDay[] }>(api.GET("/api/calendar", { params: { query: { year, unit } } })))
    .items;

export type Table = "units" | "people" | "vehicles" | "devices";
type Values = Record<string, unknown>;

// A form sends what its fields name, whatever the table; the server checks every value by name and type.
export const addRow = <Made = Schemas["Made"]>(table: Table, values: Values, key: string): Promise<Made> =>
  answered(api.POST(`/api/${table}` as "/api/units", { body: values as never, headers: once(key) }));
export const readRow = <Row>(table: Table, id: string): Promise<Row> =>
  answered(api.GET(`/api/${table}/${id}` as "/api/units/{unit_id}", { params: { path: { unit_id: id } } }));
export const editRow = (table: Table, id: string, version: number, values: Values, key: string) =>
  answered<Schemas["Changed"]>(
    api.PATCH(`/api/${table}/${id}` as "/api/units/{unit_id}", {
      params: { path: { unit_id: id } },
      body: values as never,
      headers: versioned(version, key),
    }),
  );

export const transferCustody = (id: string, body: Schemas["Transfer"], key: string) =>
  answered(
    api.POST("/api/vehicles/{vehicle_id}/custody", {
      params: { path: { vehicle_id: id } },
      body,
      headers: once(key),
    }),
  );
export const newCredential = (id: string, key: string): Promise<Credential> =>
  answered(
    api.POST("/api/devices/{device_id}/credential", {
      params: { path: { device_id: id } },
      headers: once(key),
    }),
  );
export const bindDevice = (id: string, vehicleId: string, since: string, key: string) =>
  answered(
    api.POST("/api/devices/{device_id}/binding", {
      params: { path: { device_id: id } },
      body: { vehicle_id: vehicleId, since },
      headers: once(key),
    }),
  );

// Drivers: rosters, leave and sickness, qualifications, driving rules.
import { answered, api, once, type Schemas, versioned } from "./client";
import type { Person } from "./register";

export type ShiftRow = Schemas["ShiftRow"];
export type AbsenceRow = Schemas["AbsenceRow"];
export type QualificationRow = Schemas["QualificationRow"];
export type AskRow = Schemas["AskRow"];
export type DrivingRules = Schemas["RulesAnswer"];
export type Line = "driver-shifts" | "driver-absences" | "driver-qualifications";

export const readDrivers = async (): Promise<Person[]> =>
  (
    await answered<{ items: Person[] }>(
      api.GET("/api/people", { params: { query: { role: "driver", limit: 500 } } }),
    )
  ).items;

export const addShift = (body: Schemas["ShiftBody"], key: string) =>
  answered(api.POST("/api/driver-shifts", { body, headers: once(key) }));

export const importShifts = (csv: string, dry: boolean, key: string): Promise<Schemas["Imported"]> =>
  answered(api.POST("/api/driver-shifts/import", { body: { csv, dry }, headers: once(key) }));

export const addAbsence = (body: Schemas["AbsenceBody"], key: string): Promise<Schemas["CalledIn"]> =>
  answered(api.POST("/api/driver-absences", { body, headers: once(key) }));

export const callInSick = (person: string, key: string): Promise<Schemas["CalledIn"]> =>
  answered(
    api.POST("/api/drivers/{person_id}/sick", {
      params: { path: { person_id: person } },
      body: { note: "" },
      headers: once(key),
    }),
  );

export const endAbsence = (row: AbsenceRow, key: string) =>
  answered(
    api.POST("/api/driver-absences/{line_id}/end", {
      params: { path: { line_id: row.id } },
      body: {},
      headers: versioned(row.row_version, key),
    }),
  );

export const addQualification = (body: Schemas["QualificationBody"], key: string) =>
  answered(api.POST("/api/driver-qualifications", { body, headers: once(key) }));

export const withdrawLine = (
  line: Line,
  row: { id: string; row_version: number },
  reason: string,
  key: string,
) =>
  answered(
    api.POST(`/api/${line}/{line_id}/withdraw`, {
      params: { path: { line_id: row.id } },
      body: { reason },
      headers: versioned(row.row_version, key),
    }),
  );

export const readDrivingRules = (): Promise<DrivingRules> => answered(api.GET("/api/driving-rules"));

export const keepDrivingRules = (
  body: Schemas["NewRules"],
  newest: number,
  key: string,
): Promise<DrivingRules> =>
  answered(
    api.PUT("/api/driving-rules", {
      body,
      headers: newest === 0 ? once(key) : versioned(newest, key),
    }),
  );

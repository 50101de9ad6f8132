// The calendar: how far it reaches, what is in force, a notice looked at before it holds, and changes by two people.
import { answered, api, once, type Schemas, versioned } from "./client";

export type Coverage = Schemas["Coverage"];
export type LocalDay = Schemas["LocalDayRow"];
export type HoursRow = Omit<Schemas["UnitHoursRow"], "work_hours"> & { work_hours: Week };
export type SealPeriod = Schemas["SealPeriodRow"];
export type CalendarVersion = Schemas["CalendarVersionRow"];
export type CalendarChange = Schemas["CalendarChangeRow"];
export type ChangePage = Omit<Schemas["ChangePage"], "body"> & { body: ChangeBody };
export type Preview = Schemas["NoticePreview"];
export type Proposal = Schemas["Proposal"];

/** Intervals of each day of a week, local time, end excluded. */
export type Week = Readonly<Record<string, readonly (readonly [string, string])[]>>;

export interface SeasonBody {
  readonly from: string | null;
  readonly to: string | null;
  readonly since?: string | null;
  readonly until?: string | null;
  readonly work_hours: Week;
}

/** What a change says; each kind uses its own part (docs/calendar.md). */
export interface ChangeBody {
  readonly year?: number;
  readonly days?: readonly { date: string; kind: string | null; name: string }[];
  readonly seasons?: readonly SeasonBody[];
  readonly since?: string | null;
  readonly name?: string;
  readonly from?: string | null;
  readonly to?: string | null;
  readonly vehicle_classes?: readonly string[];
  readonly kept_out?: readonly string[];
  readonly keeper?: string;
  readonly replaces?: string | null;
}

export const readCoverage = (): Promise<Coverage> => answered(api.GET("/api/calendar/coverage"));
export const previewNotice = (text: string, year: number | null, key: string): Promise<Preview> =>
  answered(api.POST("/api/calendar/preview", { body: { text, year }, headers: once(key) }));
export const propose = (body: Proposal, key: string): Promise<Schemas["Made"]> =>
  answered(api.POST("/api/calendar/changes", { body, headers: once(key) }));
export const readChange = (id: string): Promise<ChangePage> =>
  answered(api.GET("/api/calendar/changes/{change_id}", { params: { path: { change_id: id } } }));
export const publishChange = (id: string, version: number, key: string): Promise<Schemas["InForce"]> =>
  answered(
    api.POST("/api/calendar/changes/{change_id}/publish", {
      params: { path: { change_id: id } },
      headers: versioned(version, key),
    }),
  );
export const withdrawChange = (id: string, version: number, key: string): Promise<Schemas["Changed"]> =>
  answered(
    api.POST("/api/calendar/changes/{change_id}/withdraw", {
      params: { path: { change_id: id } },
      headers: versioned(version, key),
    }),
  );

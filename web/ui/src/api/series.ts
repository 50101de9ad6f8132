// Trips that come again and again.

import { answered, api, once, type Schemas, versioned } from "./client";
import { type Wish, wishAsNew } from "./orders";

export type SeriesPage = Schemas["SeriesPage"];
export type Meaning = Schemas["Meaning"];
export type Repeat = Pick<Schemas["SeriesBody"], "last_day" | "weekdays" | "every_weeks" | "holidays">;

const bodyOf = (wish: Wish, repeat: Repeat): Schemas["SeriesBody"] => ({ first: wishAsNew(wish), ...repeat });

/** The days a pattern means and those left out; nothing is kept. */
export const previewSeries = (wish: Wish, repeat: Repeat, signal: AbortSignal): Promise<Meaning> =>
  answered(api.POST("/api/order-series/preview", { body: bodyOf(wish, repeat), signal }));

export const bookSeries = (wish: Wish, repeat: Repeat, key: string): Promise<SeriesPage> =>
  answered(api.POST("/api/order-series", { body: bodyOf(wish, repeat), headers: once(key) }));

const at = (id: string) => ({ params: { path: { series_id: id } } });

export const readSeries = (id: string): Promise<SeriesPage> =>
  answered(api.GET("/api/order-series/{series_id}", at(id)));

export const cancelSeries = (series: SeriesPage, reason: string, from: string | null, key: string) =>
  answered<SeriesPage>(
    api.POST("/api/order-series/{series_id}/cancel", {
      ...at(series.id),
      body: { reason, from_day: from },
      headers: versioned(series.row_version, key),
    }),
  );

export const approveSeries = (series: SeriesPage, body: Partial<Schemas["SeriesDecision"]>, key: string) =>
  answered<SeriesPage>(
    api.POST("/api/order-series/{series_id}/approve", {
      ...at(series.id),
      body: { reason: "", off_hours_approved: false, holiday_approved: false, ...body },
      headers: once(key),
    }),
  );

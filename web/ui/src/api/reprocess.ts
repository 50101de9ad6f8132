// Decoding again what was not taken: a preview, the run itself, and how far it came.
import { answered, api, once, type Schemas } from "./client";

export type Run = Schemas["RunRow"];
export type NewRun = Schemas["NewRun"];

export const askRun = (body: NewRun, key: string): Promise<Run> =>
  answered(api.POST("/api/reprocess-runs", { body, headers: once(key) }));
export const readRun = (id: string): Promise<Run> =>
  answered(api.GET("/api/reprocess-runs/{run_id}", { params: { path: { run_id: id } } }));

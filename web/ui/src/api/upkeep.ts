// Windows in which a vehicle is not to be sent.
import { answered, api, once, type Schemas, versioned } from "./client";

export type UpkeepRow = Schemas["UpkeepRow"];
export const UPKEEP_KINDS = ["repair", "inspection", "maintenance", "other"] as const;

export const readUpkeep = async (vehicle: string): Promise<UpkeepRow[]> =>
  (
    await answered<{ items: UpkeepRow[] }>(
      api.GET("/api/upkeep", { params: { query: { vehicle, state: "planned" } } }),
    )
  ).items;

export const addUpkeep = (body: Schemas["NewUpkeep"], key: string): Promise<unknown> =>
  answered(api.POST("/api/upkeep", { body, headers: once(key) }));

export const endUpkeep = (row: UpkeepRow, key: string): Promise<unknown> =>
  answered(
    api.POST("/api/upkeep/{upkeep_id}/end", {
      params: { path: { upkeep_id: row.id } },
      headers: versioned(row.row_version, key),
    }),
  );

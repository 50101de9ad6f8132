// Messages that were not taken, and the bytes they came as. Every opening of bytes is recorded by the server with its purpose.
import { answered, api, type Schemas } from "./client";

export type Refused = Schemas["QuarantineRow"];
export type RefusedEntry = Schemas["Entry"];
export type RawBytes = Schemas["Bytes"];

export const readRefused = (id: string, purpose: string | undefined): Promise<RefusedEntry> =>
  answered(
    api.GET("/api/quarantine/{entry_id}", {
      params: { path: { entry_id: id }, query: purpose ? { purpose } : {} },
    }),
  );

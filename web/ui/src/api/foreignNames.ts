// Names of locators in foreign payload forms, over time.
import { answered, api, once, type Schemas, versioned } from "./client";

export type SourceBinding = Schemas["SourceBindingRow"];
export type Forwarder = Schemas["ForwarderRow"];
export type NewSourceBinding = Schemas["NewSourceBinding"];
export type SourceBindingEdit = Schemas["SourceBindingEdit"];
export type Source = Schemas["Source"];

export const addBinding = (body: NewSourceBinding, key: string): Promise<Schemas["Made"]> =>
  answered(api.POST("/api/source-bindings", { body, headers: once(key) }));
export const correctBinding = (
  id: string,
  version: number,
  body: SourceBindingEdit,
  key: string,
): Promise<Schemas["Changed"]> =>
  answered(
    api.PATCH("/api/source-bindings/{binding_id}", {
      params: { path: { binding_id: id } },
      body,
      headers: versioned(version, key),
    }),
  );
export const endBinding = (id: string, version: number, key: string): Promise<Schemas["Changed"]> =>
  answered(
    api.POST("/api/source-bindings/{binding_id}/end", {
      params: { path: { binding_id: id } },
      headers: versioned(version, key),
    }),
  );

// Names of places of one's own.
import { answered, api, once, type Schemas, versioned } from "./client";

export type NamedPlace = Schemas["NamedPlaceRow"];
export type NamedPlaceWanted = Schemas["NamedPlace"];

export const addNamedPlace = (body: NamedPlaceWanted, key: string): Promise<unknown> =>
  answered(api.POST("/api/named-places", { body, headers: once(key) }));
export const correctNamedPlace = (
  id: string,
  version: number,
  body: NamedPlaceWanted,
  key: string,
): Promise<unknown> =>
  answered(
    api.PUT("/api/named-places/{place_id}", {
      params: { path: { place_id: id } },
      body,
      headers: versioned(version, key),
    }),
  );
export const endNamedPlace = (id: string, version: number, key: string): Promise<unknown> =>
  answered(
    api.POST("/api/named-places/{place_id}/end", {
      params: { path: { place_id: id } },
      headers: versioned(version, key),
    }),
  );

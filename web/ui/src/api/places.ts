// Places of the city and the way between them, for booking.
import type { LonLat } from "../map/looking";
import { answered, api, type Schemas } from "./client";

export type Place = Schemas["PlaceRow"];
export type Words = Schemas["Words"];
export type Route = Schemas["Way"];

interface Point {
  readonly lon: number;
  readonly lat: number;
}

/** Places that fit, those near `near` first. */
export async function searchPlaces(
  text: string,
  signal: AbortSignal,
  near: LonLat | null | undefined,
): Promise<Place[]> {
  const found = await answered<Schemas["Listing_PlaceRow_"]>(
    api.GET("/api/places", {
      params: { query: { q: text, ...(near ? { near: near.join(",") } : {}) } },
      signal,
    }),
  );
  return found.items;
}

/** A point in words; null where nothing known is near. */
export async function wordsFor(point: Point, signal?: AbortSignal): Promise<Words | null> {
  const found = await answered<Schemas["Where"]>(
    api.GET("/api/where", { params: { query: { ...point } }, ...(signal ? { signal } : {}) }),
  );
  return found.words;
}

const written = ({ lon, lat }: Point): string => `${lon},${lat}`;

export const routeBetween = (from: Point, to: Point, signal?: AbortSignal): Promise<Route> =>
  answered(
    api.GET("/api/route", {
      params: { query: { from: written(from), to: written(to) } },
      ...(signal ? { signal } : {}),
    }),
  );

export const readRoom = (classWanted: Schemas["VehicleClass"] | null, signal?: AbortSignal) =>
  answered<Schemas["Room"]>(
    api.GET("/api/room", {
      params: { query: { class_wanted: classWanted } },
      ...(signal ? { signal } : {}),
    }),
  );

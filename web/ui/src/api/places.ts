// Places of the city and the way between them, for booking.
import { answered, api, type Schemas } from "./client";

export type Place = Schemas["PlaceRow"];
export type Route = Schemas["Way"];

interface Point {
  readonly lon: number;
  readonly lat: number;
}

export async function searchPlaces(text: string, signal?: AbortSignal): Promise<Place[]> {
  const found = await answered<Schemas["Listing_PlaceRow_"]>(
    api.GET("/api/places", { params: { query: { q: text } }, ...(signal ? { signal } : {}) }),
  );
  return found.items;
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

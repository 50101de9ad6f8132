// Time-share cars: sites, whether a car is free, trips, the moves of a night.

import { answered, api, once, type Schemas } from "./client";
import type { OrderDetail } from "./orders";

export type Site = Schemas["ShareSiteRow"];
export type NightMoves = Schemas["NightMoves"];
export type ShareOrder = Schemas["ShareOrderBody"];

export const readSites = async (): Promise<Site[]> =>
  (
    await answered<{ items: Site[] }>(
      api.GET("/api/share/sites", { params: { query: { limit: 500, sort: "name" } } }),
    )
  ).items;

export const bookShare = (body: ShareOrder, key: string): Promise<OrderDetail> =>
  answered(api.POST("/api/share/orders", { body, headers: once(key) }));

export const addSite = (body: Schemas["SiteBody"], key: string) =>
  answered(api.POST("/api/share/sites", { body, headers: once(key) }));

export const putCar = (body: Schemas["ShareCarBody"], key: string) =>
  answered(api.POST("/api/share/cars", { body, headers: once(key) }));

export const planNight = (day: string, accept: boolean, key: string): Promise<NightMoves> =>
  answered(api.POST("/api/share/night-plan", { body: { day, accept }, headers: once(key) }));

export const takeCar = (
  id: string,
  what: "pick-up" | "bring-back",
  odometer_km: number | null,
  key: string,
) =>
  answered<OrderDetail>(
    api.POST(`/api/orders/{order_id}/${what}`, {
      params: { path: { order_id: id } },
      body: { odometer_km },
      headers: once(key),
    }),
  );

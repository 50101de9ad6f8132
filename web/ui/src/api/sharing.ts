// Riding along with another's trip.
import { answered, api, once, type Schemas } from "./client";

export type Ride = Schemas["Ride"];
export type Share = Schemas["ShareRow"];
const at = (id: string) => ({ params: { path: { order_id: id } } });
const of = (id: string, key: string) => ({ params: { path: { share_id: id } }, headers: once(key) });

export const readRides = async (id: string, signal: AbortSignal): Promise<Ride[]> =>
  (await answered<{ items: Ride[] }>(api.GET("/api/orders/{order_id}/rides", { ...at(id), signal }))).items;

export const readShares = async (id: string): Promise<Share[]> =>
  (await answered<{ items: Share[] }>(api.GET("/api/orders/{order_id}/ride-shares", at(id)))).items;

export const askRide = (id: string, host: string, key: string): Promise<unknown> =>
  answered(
    api.POST("/api/orders/{order_id}/ride-shares", {
      ...at(id),
      body: { host_order_id: host },
      headers: once(key),
    }),
  );

export type ShareStep = "agree" | "decline" | "leave";

export const answerShare = (id: string, step: ShareStep, key: string): Promise<unknown> => {
  switch (step) {
    case "agree":
      return answered(api.POST("/api/ride-shares/{share_id}/agree", of(id, key)));
    case "decline":
      return answered(api.POST("/api/ride-shares/{share_id}/decline", of(id, key)));
    case "leave":
      return answered(api.POST("/api/ride-shares/{share_id}/leave", of(id, key)));
  }
};

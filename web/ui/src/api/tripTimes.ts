// Times of a trip as they were seen: its depot times with corrections, and when the vehicle is expected.
import { answered, api, once, type Schemas } from "./client";

export type DepotTimes = Schemas["DepotTimes"];
export type DepotTime = Schemas["DepotTime"];
export type Arrival = Schemas["ArrivalRow"];

export const readDepotTimes = (orderId: string): Promise<DepotTimes> =>
  answered(api.GET("/api/orders/{order_id}/depot-times", { params: { path: { order_id: orderId } } }));
export const correctDepotTime = (
  orderId: string,
  body: Schemas["CorrectionBody"],
  key: string,
): Promise<DepotTimes> =>
  answered(
    api.POST("/api/orders/{order_id}/depot-times", {
      params: { path: { order_id: orderId } },
      body,
      headers: once(key),
    }),
  );
export const readArrival = (orderId: string): Promise<Arrival[]> =>
  answered(api.GET("/api/orders/{order_id}/arrival", { params: { path: { order_id: orderId } } }));

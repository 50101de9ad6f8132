// What could still serve an order no car is free for, taking it, and what it is made of: consents, vendors, lump sums.
import { answered, api, once, type Schemas, versioned } from "./client";
import type { OrderDetail } from "./orders";

export type Rung = Schemas["RungBody"];
export type Option = Schemas["Option"];
export type Means = Schemas["MeansRow"];
export type Lending = Schemas["LendingRow"];

const at = (id: string) => ({ params: { path: { order_id: id } } });

export const readLadder = (id: string, signal?: AbortSignal): Promise<Schemas["Ladder"]> =>
  answered(api.GET("/api/orders/{order_id}/ladder", { ...at(id), ...(signal ? { signal } : {}) }));

export const hire = (id: string, body: Schemas["HireBody"], key: string): Promise<OrderDetail> =>
  answered(api.POST("/api/orders/{order_id}/hire", { ...at(id), body, headers: once(key) }));

export const hireDone = (id: string, cents: number | null, key: string): Promise<OrderDetail> =>
  answered(api.POST("/api/orders/{order_id}/hire/done", { ...at(id), body: { cents }, headers: once(key) }));

export const goPublic = (id: string, body: Schemas["PublicBody"], key: string): Promise<OrderDetail> =>
  answered(api.POST("/api/orders/{order_id}/public-transport", { ...at(id), body, headers: once(key) }));

export const takeShareCar = (id: string, body: Schemas["ShareBody"], key: string): Promise<OrderDetail> =>
  answered(api.POST("/api/orders/{order_id}/time-share", { ...at(id), body, headers: once(key) }));

export const askToLend = (id: string, vehicle_id: string, key: string): Promise<Schemas["Made"]> =>
  answered(
    api.POST("/api/orders/{order_id}/lending", { ...at(id), body: { vehicle_id }, headers: once(key) }),
  );

export const lend = (body: Schemas["StandingBody"], key: string): Promise<Schemas["Made"]> =>
  answered(api.POST("/api/lending", { body, headers: once(key) }));

export type LendingStep = "agree" | "decline" | "end";

export const lendingStep = (row: Lending, step: LendingStep, words: string, key: string) => {
  const asked = { params: { path: { lending_id: row.id } }, headers: versioned(row.row_version, key) };
  return answered<Schemas["Changed"]>(
    step === "end"
      ? api.POST("/api/lending/{lending_id}/end", asked)
      : api.POST(`/api/lending/{lending_id}/${step}`, { ...asked, body: { words } }),
  );
};

export const addVendor = (body: Schemas["VendorBody"], key: string): Promise<Schemas["Made"]> =>
  answered(api.POST("/api/vendors", { body, headers: once(key) }));

export const setPrice = (vendor: string, body: Schemas["PriceBody"], key: string): Promise<Schemas["Made"]> =>
  answered(
    api.POST("/api/vendors/{vendor_id}/prices", {
      params: { path: { vendor_id: vendor } },
      body,
      headers: once(key),
    }),
  );

export const setLumpSum = (body: Schemas["LumpSumBody"], key: string): Promise<Schemas["Made"]> =>
  answered(api.POST("/api/lump-sums", { body, headers: once(key) }));

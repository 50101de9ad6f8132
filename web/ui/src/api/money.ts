// Tariffs and their two people.
import { answered, api, once, type Schemas } from "./client";

export type TariffBody = Schemas["TariffBody"];

export const draftTariff = (body: TariffBody, key: string) =>
  answered(api.POST("/api/tariffs", { body, headers: once(key) }));

export const settleTariff = (id: string, what: "publish" | "withdraw", key: string) =>
  answered(
    api.POST(`/api/tariffs/{tariff_id}/${what}`, {
      params: { path: { tariff_id: id } },
      headers: once(key),
    }),
  );

export type OrderVouchers = Schemas["OrderVouchers"];
export type VoucherBody = Schemas["VoucherBody"];

export const readEstimate = (id: string): Promise<Schemas["Charge"]> =>
  answered(api.GET("/api/orders/{order_id}/estimate", { params: { path: { order_id: id } } }));

export const readVouchers = (id: string): Promise<OrderVouchers> =>
  answered(api.GET("/api/orders/{order_id}/vouchers", { params: { path: { order_id: id } } }));

export const enterVoucher = (id: string, body: VoucherBody, key: string) =>
  answered(
    api.POST("/api/orders/{order_id}/vouchers", {
      params: { path: { order_id: id } },
      body,
      headers: once(key),
    }),
  );

export const takeOutVoucher = (id: string, voucher: string, reason: string, key: string) =>
  answered(
    api.POST("/api/orders/{order_id}/vouchers/{voucher_id}/take-out", {
      params: { path: { order_id: id, voucher_id: voucher } },
      body: { reason },
      headers: once(key),
    }),
  );

// The line of requests no vehicle is free for, offers to it, and holds.
import { answered, api, once, versioned } from "./client";
import type { OrderDetail, OrderRow } from "./orders";

const at = (id: string) => ({ params: { path: { order_id: id } } });

/** What somebody does about a place in the line. */
export type LineStep = "join" | "leave" | "take" | "decline" | "release";

export const lineStep = (order: OrderRow, step: LineStep, key: string): Promise<OrderDetail> => {
  const asked = { ...at(order.id), headers: once(key) };
  switch (step) {
    case "join":
      return answered(api.POST("/api/orders/{order_id}/wait-list", asked));
    case "leave":
      return answered(api.POST("/api/orders/{order_id}/wait-list/leave", asked));
    case "take":
      return answered(
        api.POST("/api/orders/{order_id}/offer/take", {
          ...at(order.id),
          headers: versioned(order.row_version, key),
        }),
      );
    case "decline":
      return answered(api.POST("/api/orders/{order_id}/offer/decline", asked));
    case "release":
      return answered(api.POST("/api/orders/{order_id}/hold/release", asked));
  }
};

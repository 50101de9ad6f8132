// What a locator sent in a span, with its bytes. Every page of it is recorded by the server with its purpose.
import { answered, api, type Schemas } from "./client";
import type { Page } from "./list";
import type { Device } from "./register";

export type Message = Schemas["MessageItem"];
export type Frame = Schemas["Frame"];

export interface Wanted {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly purpose: string | undefined;
}

const PAGE_ROWS = 50;

export const readMessages = (wanted: Wanted, cursor: string | null): Promise<Page<Message>> =>
  answered(
    api.GET("/api/devices/{device_id}/messages", {
      params: {
        path: { device_id: wanted.id },
        query: {
          from: wanted.from,
          to: wanted.to,
          limit: PAGE_ROWS,
          ...(wanted.purpose ? { purpose: wanted.purpose } : {}),
          ...(cursor ? { cursor } : {}),
        },
      },
    }),
  );
export const readDevice = (id: string): Promise<Device> =>
  answered(api.GET("/api/devices/{device_id}", { params: { path: { device_id: id } } }));

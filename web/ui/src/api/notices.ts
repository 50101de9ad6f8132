// Notices to the signed-in person; their sentences are made from kind and params in src/text.
import { answered, api, once, type Schemas } from "./client";

export type Notice = Schemas["NoticeRow"];

export const readNotices = (): Promise<Schemas["Listing_NoticeRow_"]> =>
  answered(api.GET("/api/notices", { params: { query: { limit: 30 } } }));
export const markRead = (id: string, key: string): Promise<unknown> =>
  answered(
    api.POST("/api/notices/{notice_id}/read", { params: { path: { notice_id: id } }, headers: once(key) }),
  );

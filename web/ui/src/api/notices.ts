// Notices to the signed-in person; their sentences are made from kind and params in src/text.
import { answered, api, once, type Schemas } from "./client";

export type Notice = Schemas["NoticeRow"];

export const readUnread = async (): Promise<number> =>
  (await answered<Schemas["Unread"]>(api.GET("/api/notices/unread"))).unread;
export const markRead = (id: string, key: string): Promise<unknown> =>
  answered(
    api.POST("/api/notices/{notice_id}/read", { params: { path: { notice_id: id } }, headers: once(key) }),
  );
export const markAllRead = (key: string): Promise<unknown> =>
  answered(api.POST("/api/notices/read", { headers: once(key) }));

// Orders from the request to the settlement, and every step a person can take on one.
import { answered, api, once, type Schemas, versioned } from "./client";

export interface OrderPlace {
  name: string;
  lon: number;
  lat: number;
}

/** A place on the way and how long they stay there; orders without a stay leave it out. */
export interface OrderStop extends OrderPlace {
  stay_min?: number;
}

/** The places of an order, which the server's description leaves open. */
interface Places {
  origin: OrderPlace | null;
  stops: OrderStop[];
  destination: OrderPlace | null;
}

export type Placed<Row> = Omit<Row, keyof Places> & Places;
export type OrderRow = Placed<Schemas["OrderRow"]>;
export type OrderDetail = Placed<Schemas["OrderPage"]>;
/** What somebody asks for; passengers by name are left as they are. */
export type Wish = Omit<Schemas["Wish"], "passenger_ids"> &
  Partial<Pick<Schemas["NewOrder"], "type" | "requester_id">>;
export type Step = Schemas["Action"];
export type StepBody = Schemas["StepBody"];

export const readOrder = (id: string): Promise<OrderDetail> =>
  answered(api.GET("/api/orders/{order_id}", { params: { path: { order_id: id } } }));

/** Where the order is as a PDF to print. */
export const paperOf = (id: string, language: string): string =>
  `/api/orders/${encodeURIComponent(id)}/paper?lang=${language === "en" ? "en" : "zh"}`;

/** A request that waits for this person, and how far its approval is. */
export type WaitingRow = Placed<Schemas["WaitingRow"]>;

export const readApprovals = async (): Promise<WaitingRow[]> =>
  (await answered<{ items: WaitingRow[] }>(api.GET("/api/approvals"))).items;

export type Settlement = Schemas["Settlement"];

export const readSettlement = (id: string): Promise<Settlement> =>
  answered(api.GET("/api/orders/{order_id}/settlement", { params: { path: { order_id: id } } }));

export const correctOrder = (id: string, version: number, wish: Wish, key: string) =>
  answered<OrderDetail>(
    api.PATCH("/api/orders/{order_id}", {
      params: { path: { order_id: id } },
      body: wish as Schemas["Wish"],
      headers: versioned(version, key),
    }),
  );

export const bookOrder = (wish: Wish, key: string): Promise<OrderDetail> =>
  answered(
    api.POST("/api/orders", {
      body: wishAsNew(wish),
      headers: once(key),
    }),
  );

/** What a request would be refused for and what the fleet would answer, before it is sent. */
export type Checked = Schemas["Checked"];

export const checkOrder = (wish: Wish, signal: AbortSignal): Promise<Checked> =>
  answered(api.POST("/api/orders/check", { body: wishAsNew(wish), signal }));

export const wishAsNew = (wish: Wish): Schemas["NewOrder"] => ({
  type: "normal",
  ...wish,
  passenger_ids: [],
  submit: true,
});

export type BatchDone = Schemas["BatchDone"];

/** Every row of a CSV, or nothing; `dry` only looks. */
export const bookBatch = (csv: string, dry: boolean, key: string): Promise<BatchDone> =>
  answered(api.POST("/api/orders/batch", { body: { csv, dry, partial: false }, headers: once(key) }));

export type Attachment = Schemas["Attachment"];

/** A file with a request, in base64; answers all its files. */
export const addAttachment = (body: Schemas["NewAttachment"], key: string): Promise<Attachment[]> =>
  answered(api.POST("/api/order-attachments", { body, headers: once(key) }));

export const removeAttachment = (order: string, attachment: string, key: string): Promise<unknown> =>
  answered(
    api.DELETE("/api/orders/{order_id}/attachments/{attachment_id}", {
      params: { path: { order_id: order, attachment_id: attachment } },
      headers: once(key),
    }),
  );

export type Why = Schemas["Why"];
export const WHY = [
  "road_closed",
  "traffic",
  "weather",
  "fuel",
  "rest",
  "fault",
  "passenger_request",
  "task_changed",
  "emergency",
  "other",
] as const satisfies readonly Why[];

/** A reason of the driver or the booker for a span of the trip. */
export const sayWhy = (id: string, body: Omit<Schemas["StatementBody"], "lon" | "lat">, key: string) =>
  answered<OrderDetail>(
    api.POST("/api/orders/{order_id}/statements", {
      params: { path: { order_id: id } },
      body,
      headers: once(key),
    }),
  );

/** A stop an approver allows beside those that were booked. */
export const allowStop = (id: string, body: Schemas["AllowedStopBody"], key: string) =>
  answered<OrderDetail>(
    api.POST("/api/orders/{order_id}/allowed-stops", {
      params: { path: { order_id: id } },
      body,
      headers: once(key),
    }),
  );

export interface StepInput {
  id: string;
  step: Step;
  row_version: number;
  body: Partial<StepBody>;
}

export const takeStep = ({ id, step, row_version, body }: StepInput, key: string): Promise<unknown> =>
  answered(
    api.POST("/api/orders/{order_id}/{step}", {
      params: { path: { order_id: id, step } },
      body: body as StepBody,
      headers: versioned(row_version, key),
    }),
  );

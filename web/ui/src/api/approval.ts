// An order's approval: levels, reasons, decisions, budget; and one's deputies.
import { answered, api, once, type Schemas, versioned } from "./client";

export type OrderApproval = Schemas["OrderApproval"];
export type ApprovalRound = Schemas["ApprovalRound"];
export type ApprovalLevel = Schemas["ApprovalLevel"];
export type BudgetNow = Schemas["BudgetNow"];
export type Delegation = Schemas["DelegationRow"];
export type NewDelegation = Schemas["NewDelegation"];

export const readOrderApproval = (id: string): Promise<OrderApproval> =>
  answered(api.GET("/api/orders/{order_id}/approval", { params: { path: { order_id: id } } }));

export const readDelegations = async (): Promise<Delegation[]> =>
  (
    await answered<{ items: Delegation[] }>(
      api.GET("/api/approval/delegations", { params: { query: { mine: true } } }),
    )
  ).items;

export type Colleague = Schemas["ColleagueRow"];

export const readColleagues = async (): Promise<Colleague[]> =>
  (await answered<{ items: Colleague[] }>(api.GET("/api/approval/colleagues"))).items;

export const delegate = (body: NewDelegation, key: string): Promise<unknown> =>
  answered(api.POST("/api/approval/delegations", { body, headers: once(key) }));

export const revokeDelegation = (one: Delegation, key: string): Promise<unknown> =>
  answered(
    api.POST("/api/approval/delegations/{approval_delegation_id}/revoke", {
      params: { path: { approval_delegation_id: one.id } },
      headers: versioned(one.row_version, key),
    }),
  );

// Which pages are whose, what a search means, and how the vehicle list tells absent from hidden.
import { describe, expect, it } from "vitest";
import type { LiveRow } from "../src/api/vehicles";
import { EMPTY_FLEET } from "../src/live/fleet";
import { joinRows, matchRows, sortRows } from "../src/pages/map/rows";
import { admission } from "../src/shell/menu";
import { orderNumber } from "../src/shell/useHits";

describe("admission", () => {
  const of = (...rights: string[]) => ({ rights });

  it("opens pages of one's own and those everybody has", () => {
    expect(admission(of("order.approve"), "/approve").may).toBe(true);
    expect(admission(of(), "/help").may).toBe(true);
    expect(admission(of(), "/account").may).toBe(true);
  });

  it("names the page of another role", () => {
    expect(admission(of("order.book"), "/approve")).toMatchObject({ may: false, entry: { name: "approve" } });
    expect(admission(of("order.book"), "/admin/people")).toMatchObject({ entry: { name: "people" } });
  });

  it("opens a trip to those who come by a link", () => {
    const trip = "/trips/11111111-2222-3333-4444-555555555555";
    for (const right of ["order.drive", "alert.view", "order.book"])
      expect(admission(of(right), trip).may).toBe(true);
    expect(admission(of("device.view"), trip).may).toBe(false);
  });

  it("knows no trip and no suspicion by another name than its own", () => {
    expect(admission(of("order.book"), "/trips/abc")).toEqual({ may: false, entry: null });
    expect(admission(of("alert.view"), "/alerts/1")).toEqual({ may: false, entry: null });
  });
});

describe("orderNumber", () => {
  it("reads every way to name an order by its number", () => {
    for (const text of ["23", "#23", "派车单 23 号", "派车单23号", "order 23", "No. 23", " 23 号 "])
      expect(orderNumber(text)).toBe("23");
    for (const text of ["晨A23", "23 人", "", "会议"]) expect(orderNumber(text)).toBeNull();
  });
});

describe("the vehicle list", () => {
  const row = (plate: string, more: Partial<LiveRow> = {}) =>
    ({
      id: plate,
      vehicle_no: 1,
      plate,
      on_map: false,
      in_live_scope: true,
      state: "silent",
      ...more,
    }) as LiveRow;

  it("calls a vehicle out of one's sight hidden, one without a position absent", () => {
    const rows = joinRows([row("晨A00001"), row("晨A00002", { in_live_scope: false })], EMPTY_FLEET);
    expect(rows.map(({ state }) => state)).toEqual(["absent", "hidden"]);
    const later = joinRows([row("晨A00002", { in_live_scope: false })], { ...EMPTY_FLEET, frameMs: 1 });
    expect(later.map(({ state }) => state)).toEqual(["hidden"]);
  });

  it("finds a plate however it is typed", () => {
    const rows = joinRows([row("晨A00001"), row("晨A00012")], EMPTY_FLEET);
    expect(matchRows(rows, "晨ａ·０００1", new Set()).map(({ row: { plate } }) => plate)).toEqual([
      "晨A00012",
    ]);
  });

  it("sorts by a column both ways and keeps what has no value at the end", () => {
    const rows = joinRows(
      [row("B", { order_no: 9 }), row("A", { order_no: null }), row("C", { order_no: 10 })],
      EMPTY_FLEET,
    );
    const plates = (sort: string) => sortRows(rows, sort).map(({ row: { plate } }) => plate);
    expect(plates("order")).toEqual(["B", "C", "A"]);
    expect(plates("-order")).toEqual(["C", "B", "A"]);
    expect(plates("-plate")).toEqual(["C", "B", "A"]);
  });
});

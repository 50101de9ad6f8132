// @vitest-environment node
// Fields of forms: what is typed, what is wrong with it, what is sent, and what somebody else changed meanwhile.
import i18n from "i18next";
import { describe, expect, it } from "vitest";
import { Problem } from "../src/api/problem";
import { sameRoles } from "../src/pages/admin/roles";
import { changeWords } from "../src/pages/dispatch/changeWords";
import { changes, clashes, clean, type Field } from "../src/parts/form/fields";
import { numberTrouble, typedNumber } from "../src/parts/form/numbers";
import { refusedFields, troublesOf } from "../src/parts/form/troubles";
import { en } from "../src/text/en";
import { zh } from "../src/text/zh";

await i18n.init({ lng: "zh", resources: { zh: { translation: zh }, en: { translation: en } } });
const t = i18n.t;

const FIELDS: Field[] = [
  { name: "name", label: "", kind: "text", required: true },
  { name: "model", label: "", kind: "text" },
  { name: "seats", label: "", kind: "number", required: true, min: 1, max: 80, whole: true },
  { name: "active", label: "", kind: "switch" },
  { name: "code", label: "", kind: "text", pattern: { like: /^\S+$/, otherwise: "spaces" } },
];
const ROW = { name: "a", model: "x", seats: 30, active: true, code: "c" };

describe("numbers", () => {
  it("stay as they were typed when they are none", () => {
    expect(["12", " 12.5", "１２", "", "12a", "-5", "1 2"].map(typedNumber)).toEqual([
      12,
      12.5,
      12,
      null,
      "12a",
      -5,
      "1 2",
    ]);
  });

  it("are never brought into bounds", () => {
    const bounds = { min: 1, max: 80, whole: true };
    expect([null, 1, 80, 0, -5, 500, 2.5, "x"].map((value) => numberTrouble(value, bounds))).toEqual([
      null,
      null,
      null,
      "tooSmall",
      "tooSmall",
      "tooBig",
      "notWhole",
      "notNumber",
    ]);
  });
});

describe("fields", () => {
  it("sends only what changed", () => {
    expect(changes(FIELDS, ROW, { ...ROW, model: "y" })).toEqual({ model: "y" });
    expect(changes(FIELDS, ROW, { ...ROW })).toEqual({});
  });

  it("keeps empty text and nothing apart", () => {
    expect(clean(FIELDS, { name: "a" })).toEqual({
      name: "a",
      model: "",
      seats: null,
      active: false,
      code: "",
    });
  });

  it("says at each field what is wrong with it", () => {
    expect(troublesOf(t, FIELDS, { ...ROW, name: " ", seats: 500, code: "a b" })).toEqual({
      name: "请填写此项",
      seats: "不能大于 80",
      code: "spaces",
    });
    expect(troublesOf(t, FIELDS, { ...ROW, seats: null })).toEqual({ seats: "请填写此项" });
    expect(troublesOf(t, FIELDS, { name: "a", seats: 5 })).toEqual({});
  });

  it("reads the fields the server refused, with its figures", () => {
    const refused = (code: string, params: Record<string, unknown>) =>
      refusedFields(t, ["seats", "plate", "odometer_km"], new Problem(422, code, params));
    expect(refused("invalid", { field: "odometer_km", reason: "below_last", last: 12018 })).toEqual({
      odometer_km: "小于上次读数 12018 km",
    });
    expect(refused("taken", { field: "plate", value: "晨A00001" })).toEqual({ plate: "“晨A00001”已被使用" });
    expect(refused("malformed", { fields: [{ field: "body.seats", reason: "less_than_equal" }] })).toEqual({
      seats: "填写不正确",
    });
    expect(refused("invalid", { field: "basis", reason: "empty" })).toEqual({});
  });
});

describe("a row that somebody else changed", () => {
  const theirs = { ...ROW, seats: 80, model: "z" };

  it("is marked where it changed, beside what this person typed", () => {
    expect(clashes(FIELDS, ROW, theirs, { model: "y" })).toEqual([
      { name: "model", before: "x", theirs: "z", mine: "y" },
      { name: "seats", before: 30, theirs: 80, mine: undefined },
    ]);
    expect(clashes(FIELDS, ROW, ROW, { model: "y" })).toEqual([]);
    expect(clashes(FIELDS, ROW, theirs, { model: "z" }).map(({ name }) => name)).toEqual(["seats"]);
  });

  it("keeps what he changed when only this person's fields are sent", () => {
    expect(changes(FIELDS, theirs, { ...theirs, model: "y" })).toEqual({ model: "y" });
  });

  it("has the same roles in whatever order", () => {
    const [driver, approver] = [
      { role: "driver", unit_id: "1" },
      { role: "approver", unit_id: "2" },
    ];
    expect(sameRoles([driver, approver], [approver, driver])).toBe(true);
    expect(sameRoles([driver], [{ ...driver, unit_id: "2" }])).toBe(false);
  });
});

describe("what would help an order without a vehicle", () => {
  it("reads as a sentence for every kind of change", () => {
    const kinds = [
      { earlier_s: 5400 },
      { later_s: 300 },
      { vehicle_added: {} },
      { limit: "passengers", by: 32 },
      { limit: "capacity", by: 2 },
      { limit: "max_ride_time", by: 600 },
      { limit: "time_window_end", by: 600 },
      { limit: "time_window_start", by: 600 },
      { limit: "max_tasks", by: 1 },
      { limit: "max_travel_time", by: 7200 },
      { limit: "max_distance", by: 12_000 },
      { limit: "max_duration", by: 600 },
    ];
    const said = kinds.map((kind) => changeWords(t, kind));
    expect(said[0]).toBe("若提前 1 小时 30 分钟出发即可安排。");
    expect(said[3]).toBe("若减少 32 人即可安排。");
    expect(said[10]).toBe("若里程上限放宽 12.0 公里即可安排。");
    for (const words of said) expect(words).toMatch(/即可安排。$/);
    const english = i18n.getFixedT("en");
    expect(changeWords(english, { limit: "passengers", by: 32 })).toBe("It would work with 32 fewer people.");
    for (const kind of kinds) expect(changeWords(english, kind)).toMatch(/^It would work .*\.$/);
    expect(changeWords(t, null)).toBeNull();
  });
});

// What the page makes of plates, times, measures and codes.
import i18n from "i18next";
import { beforeAll, describe, expect, it } from "vitest";
import { Problem } from "../src/api/problem";
import { measured } from "../src/app/measure";
import { showInstant, spanOfDays } from "../src/app/time";
import { errorSentence, sentence } from "../src/text/codes";
import { plainPlate, showPlate } from "../src/text/plates";
import { zh } from "../src/text/zh";

const ZONE = "Asia/Shanghai";

beforeAll(() =>
  i18n.init({ lng: "zh", resources: { zh: { translation: zh } }, interpolation: { escapeValue: false } }),
);

describe("plates", () => {
  it("are one however they are typed", () => {
    for (const typed of ["晨A00001", "晨Ａ·００００１", "晨a - 00001", "晨A・00001", " 晨Ａ．00001 "])
      expect(plainPlate(typed)).toBe("晨A00001");
  });

  it("are shown with the customary dot, others as they are", () => {
    expect(showPlate("晨A00001")).toBe("晨A·00001");
    expect(showPlate("晨A·00001")).toBe("晨A·00001");
    expect(showPlate("粤B1234学")).toBe("粤B·1234学");
    expect(showPlate("SIM0001")).toBe("SIM0001");
    expect(showPlate(null)).toBe("—");
  });
});

describe("times", () => {
  it("are written one way, as in the forms", () => {
    const at = "2026-11-25T00:05:09Z";
    expect(showInstant(at, ZONE, "zh-CN", "minute")).toBe("11-25 周三 08:05");
    expect(showInstant(at, ZONE, "en", "minute")).toBe("11-25 Wed 08:05");
    expect(showInstant(at, ZONE, "zh-CN", "full")).toBe("2026-11-25 08:05:09");
    expect(showInstant(at, ZONE, "zh-CN", "date")).toBe("2026-11-25 周三");
  });

  it("of days to filter by reach from the first's beginning to the last's end, and ignore what is no day", () => {
    expect(spanOfDays("2026-11-25", "2026-11-25", ZONE)).toEqual({
      from: "2026-11-24T16:00:00.000Z",
      to: "2026-11-25T16:00:00.000Z",
    });
    expect(spanOfDays("yesterday", "2026-13-45", ZONE)).toEqual({});
  });
});

describe("measures", () => {
  it("below a limit never read as having reached it", () => {
    expect(measured(i18n.t, "moved_min", 4.5)).toBe("4.5 分钟");
    expect(measured(i18n.t, "moved_min", 4.99)).toBe("4.9 分钟");
    expect(measured(i18n.t, "off_route_km", 1.999)).toBe("1.99 公里");
    expect(measured(i18n.t, "minimum_min", 5)).toBe("5 分钟");
  });
});

describe("codes", () => {
  it("of roles that exclude each other are said by their names", () => {
    const refused = new Problem(403, "same_hands", { first: "system_admin", second: "inspector" });
    expect(errorSentence(i18n.t, refused)).toBe("同一人不能既担任系统管理员又担任纪检监察。");
  });

  it("with a time to wait name the unit once", () => {
    const refused = new Problem(429, "too_many", { retry_after_s: 900 });
    expect(errorSentence(i18n.t, refused)).toBe("尝试次数过多，请 15 分钟后再试。");
  });

  it("of a role given twice and of a plate that is none are explained", () => {
    const twice = new Problem(422, "invalid", { field: "roles", reason: "repeated" });
    expect(errorSentence(i18n.t, twice)).toBe("角色不正确：有重复。");
    const plate = new Problem(422, "invalid", { field: "plate", reason: "not_a_plate" });
    expect(errorSentence(i18n.t, plate)).toContain("2 至 12 个");
  });

  it("of a notice show the plate with its dot and promise nothing", () => {
    const notice = { code: "alert_raised", params: { plate: "晨A00001", rule: "R01" } };
    expect(sentence(i18n.t, "notice", notice)).toBe("晨A·00001 疑似无单用车，仅供核实参考");
  });
});

// @vitest-environment node
// Forms, times and menus without a page around them.
import { describe, expect, it } from "vitest";
import { dayOf, instantToWall, showInstant, wallToInstant } from "../src/app/time";
import { monthDays } from "../src/pages/admin/month";
import { calendarNotes, emptyDraft, missingIn, toOrder } from "../src/pages/book/draft";
import { allowancesOf, drivingSteps, offeredSteps, placeOnWay } from "../src/pages/trips/steps";
import { changes, clean, type Field, missingFields } from "../src/parts/form/fields";
import { homeFor, menuFor } from "../src/shell/menu";

const ZONE = "Asia/Shanghai";

describe("times of the installation's zone", () => {
  it("turns wall-clock time into an instant and back, whatever the reader's zone", () => {
    expect(wallToInstant("2026-02-14 08:30:00", ZONE)).toBe("2026-02-14T00:30:00.000Z");
    expect(instantToWall("2026-02-14T00:30:00Z", ZONE)).toBe("2026-02-14 08:30:00");
    expect(wallToInstant("2026-07-01 12:00", "Europe/Berlin")).toBe("2026-07-01T10:00:00.000Z");
  });

  it("counts the day from the zone's midnight", () => {
    expect(dayOf("2026-02-13T17:00:00Z", ZONE)).toBe("2026-02-14");
    expect(showInstant("2026-02-13T16:00:00Z", ZONE, "zh-CN", "clock")).toBe("00:00:00");
  });
});

describe("booking", () => {
  const place = (lon: number) => ({ name: "x", lon, lat: 39 });
  const nowMs = Date.parse("2026-02-13T00:00:00Z");
  const whole = {
    ...emptyDraft(nowMs, ZONE),
    origin: place(116),
    destination: place(117),
    purpose: "meeting",
    purposeText: "项目会议",
  };

  it("names everything that is missing", () => {
    expect(missingIn(emptyDraft(nowMs, ZONE), nowMs, ZONE)).toEqual([
      "origin",
      "destination",
      "purpose",
      "purposeText",
    ]);
    expect(missingIn(whole, nowMs, ZONE)).toEqual([]);
    expect(missingIn({ ...whole, destination: place(116) }, nowMs, ZONE)).toEqual(["samePlace"]);
    expect(missingIn(whole, nowMs + 864e5, ZONE)).toEqual(["past"]);
  });

  it("becomes an order in instants", () => {
    const order = toOrder({ ...whole, startWall: "2026-02-14 08:30:00", durationMin: 90 }, ZONE);
    expect(order).toMatchObject({
      planned_start_at: "2026-02-14T00:30:00.000Z",
      planned_end_at: "2026-02-14T02:00:00.000Z",
      flexible_min: 15,
    });
  });

  it("tells a make-up workday from a weekend and sees quiet hours", () => {
    const saturday = { ...whole, startWall: "2026-02-14 09:00:00", durationMin: 60 };
    expect(calendarNotes(saturday, [])).toMatchObject({ kind: "weekend", off: true, offHours: false });
    const stated = [{ day: "2026-02-14", kind: "adjusted_workday", name: "春节调休" }];
    expect(calendarNotes(saturday, stated)).toMatchObject({ off: false, name: "春节调休" });
    expect(calendarNotes({ ...saturday, startWall: "2026-02-13 19:30:00" }, [])).toMatchObject({
      offHours: true,
    });
  });
});

describe("steps", () => {
  it("offers what the server allows, in a fixed order, without assigning", () => {
    expect(offeredSteps(["cancel", "assign", "approve", "review"])).toEqual(["approve", "cancel"]);
    expect(drivingSteps("assigned")).toEqual(["accept", "refuse"]);
    expect(drivingSteps("settled")).toEqual([]);
  });

  it("knows how far an order is and when it left the way", () => {
    expect(placeOnWay("driver_accepted")).toBe(2);
    expect(placeOnWay("rejected")).toBeNull();
  });

  it("reads from the hints what approving has to allow", () => {
    expect(allowancesOf([{ code: "quiet_hours" }])).toEqual({ offHours: true, dayOff: false });
  });
});

describe("register forms", () => {
  const fields: Field[] = [
    { name: "name", label: "", kind: "text", required: true },
    { name: "model", label: "", kind: "text" },
    { name: "seats", label: "", kind: "number" },
    { name: "active", label: "", kind: "switch" },
  ];

  it("sends only what changed", () => {
    const before = { name: "a", model: "x", seats: 5, active: true };
    expect(changes(fields, before, { ...before, model: "y" })).toEqual({ model: "y" });
    expect(changes(fields, before, { ...before })).toEqual({});
  });

  it("keeps empty text and nothing apart and asks for what is required", () => {
    expect(clean(fields, { name: "a" })).toEqual({ name: "a", model: "", seats: null, active: false });
    expect(missingFields(fields, { name: "" })).toEqual(["name"]);
  });
});

describe("menu", () => {
  const session = (role: string, rights: string[]) => ({
    rights,
    roles: [{ role, unit_id: "u", unit_name: "u", unit_name_en: "" }],
  });

  it("lands everybody on the page of their work", () => {
    expect(homeFor(session("driver", ["order.drive", "track.view"]))).toBe("/drive");
    expect(homeFor(session("employee", ["order.book", "track.view", "alert.view"]))).toBe("/book");
    expect(homeFor(session("system_admin", ["person.view", "unit.edit"]))).toBe("/admin/people");
  });

  it("offers nothing without a right but rules, calendar and help", () => {
    expect(menuFor(session("hotline", [])).map(({ path }) => path)).toEqual([
      "/admin/calendar",
      "/admin/rules",
      "/help",
    ]);
  });
});

describe("month", () => {
  it("begins weeks on Monday", () => {
    const days = monthDays(2026, 1);
    expect(days.slice(0, 7)).toEqual([null, null, null, null, null, null, "2026-02-01"]);
    expect(days.at(-1)).toBe("2026-02-28");
  });
});

// @vitest-environment node
// Forms, times and menus without a page around them.
import { describe, expect, it } from "vitest";
import { dayOf, instantToWall, showInstant, wallToInstant } from "../src/app/time";
import { calendarNotes, draftOf, emptyDraft, repeated, toWish, troublesIn } from "../src/pages/book/draft";
import { monthDays } from "../src/pages/calendar/month";
import { endsFit, groupsOf, intervalsOf } from "../src/pages/calendar/week";
import { allowancesOf, drivingSteps, offeredSteps, placeOnWay, primaryStep } from "../src/pages/trips/steps";
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

  it("names everything that is missing by its field", () => {
    expect(troublesIn(emptyDraft(nowMs, ZONE), nowMs, ZONE)).toEqual({
      origin: "origin",
      destination: "destination",
      purpose: "purpose",
      purpose_text: "purposeText",
    });
    expect(troublesIn(whole, nowMs, ZONE)).toEqual({});
    expect(troublesIn({ ...whole, destination: place(116) }, nowMs, ZONE)).toEqual({
      destination: "samePlace",
    });
    expect(troublesIn(whole, nowMs + 864e5, ZONE)).toEqual({ planned_start_at: "past" });
  });

  it("books nobody for an emptied or impossible number of people", () => {
    for (const passengers of [null, 0, -3, 2.5, 80, "3a"]) {
      expect(troublesIn({ ...whole, passengers }, nowMs, ZONE)).toEqual({ passengers: "passengers" });
    }
    expect(toWish({ ...whole, passengers: null }, ZONE)).toBeNull();
  });

  it("becomes a wish in instants", () => {
    const wish = toWish({ ...whole, startWall: "2026-02-14 08:30:00", durationMin: 90 }, ZONE);
    expect(wish).toMatchObject({
      planned_start_at: "2026-02-14T00:30:00.000Z",
      planned_end_at: "2026-02-14T02:00:00.000Z",
      flexible_min: 15,
    });
  });

  it("is read back from an order without losing what the form does not show", () => {
    const wish = toWish(
      {
        ...whole,
        stops: [place(118)],
        confidential: true,
        startWall: "2026-02-14 08:30:00",
        durationMin: 150,
      },
      ZONE,
    );
    const order = { ...wish, latest_start_at: "2026-02-14T00:45:00Z" } as Parameters<typeof draftOf>[0];
    expect(toWish(draftOf(order, ZONE), ZONE)).toEqual(wish);
  });

  it("is asked for again at the same hour, today when there is time", () => {
    const at = (startWall: string) => repeated({ ...whole, startWall }, nowMs, ZONE).startWall;
    expect(at("2026-01-05 08:30:00")).toBe("2026-02-13 08:30:00");
    expect(at("2026-01-05 08:15:00")).toBe("2026-02-14 08:15:00");
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
    expect(offeredSteps(["cancel", "assign", "approve", "review"], "unit_approved")).toEqual([
      "approve",
      "cancel",
    ]);
    expect(drivingSteps("assigned")).toEqual(["accept", "refuse"]);
    expect(drivingSteps("settled")).toEqual([]);
  });

  it("offers to withdraw what nobody has decided on and to cancel what somebody has, never both", () => {
    const possible = ["withdraw", "cancel"];
    expect(offeredSteps(possible, "submitted")).toEqual(["withdraw"]);
    expect(offeredSteps(possible, "unit_approved")).toEqual(["cancel"]);
  });

  it("puts only what comes next forward", () => {
    expect(primaryStep(drivingSteps("departed"))).toBe("arrive");
    expect(primaryStep(["refuse"])).toBeUndefined();
  });

  it("knows how far an order is and when it left the way", () => {
    expect(placeOnWay("driver_accepted")).toBe(2);
    expect(placeOnWay("rejected")).toBeNull();
  });

  it("reads from the hints what approving has to allow", () => {
    expect(allowancesOf([{ code: "quiet_hours" }])).toEqual({ offHours: true, dayOff: false });
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

describe("hours as people write them", () => {
  it("reads the signs people use and refuses what is no interval", () => {
    expect(intervalsOf("8:30-12:00，13：30至17:30")).toEqual([
      ["08:30", "12:00"],
      ["13:30", "17:30"],
    ]);
    expect(intervalsOf("")).toEqual([]);
    expect(intervalsOf("上午")).toBeNull();
  });
  it("says days with the same hours together, in order and never over a gap", () => {
    const day = [["08:30", "17:30"]] as const;
    const week = { mon: day, tue: day, thu: day, sat: [["09:00", "12:00"]], adjusted_workday: day } as const;
    expect(groupsOf(week).map(({ days }) => days)).toEqual([
      ["mon", "tue"],
      ["thu"],
      ["sat"],
      ["adjusted_workday"],
    ]);
  });
  it("takes month days or dates at both ends, not one of each", () => {
    expect(endsFit("05-01", "09-30") && endsFit("", "") && endsFit("2026-07-06", "")).toBe(true);
    expect([endsFit("05-01", ""), endsFit("5-1", "9-30"), endsFit("05-01", "2026-09-30")]).toEqual([
      false,
      false,
      false,
    ]);
  });
});

import { describe, expect, it } from "vitest";
import { lastDayOf, monthOf, monthsBefore } from "../src/pages/mileage/months";

describe("months", () => {
  it("go back over the turn of the year", () => {
    expect(monthsBefore("2026-02-14", 4)).toEqual(["2026-02", "2026-01", "2025-12", "2025-11"]);
    expect(monthOf("2026-02-01")).toBe("2026-02");
  });
  it("end on their own last day", () => {
    expect(lastDayOf("2028-02-01")).toBe("2028-02-29");
    expect(lastDayOf("2026-12-31")).toBe("2026-12-31");
  });
});

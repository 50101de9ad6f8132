// The fleet policy as a form: what holds now is shown, and only what somebody stated is sent.
import { expect, test } from "vitest";
import type { PolicyContent } from "../src/api/fleetPolicy";
import { formOf, newRestriction, stated } from "../src/pages/policy/form";

const BODY = {
  purposes: { meeting: ["other"] },
  turnaround_min: 30,
  farthest_km: { other: 120 },
  restrictions: [
    {
      name: "周三",
      weekdays: [3],
      digits: [1, 6],
      from: "07:00",
      to: "19:00",
      nev_exempt: true,
      days_off_exempt: false,
      exempt_classes: ["law_enforcement"],
      letter_as: 0,
      area_id: "0b5c0000-0000-4000-8000-000000000001",
    },
  ],
  energy: { reserve_pct: 25, charging_min: 90, unknown_range_blocks: true },
  unknown_papers_block: true,
} as PolicyContent;

test("a version goes through the form without losing anything", () => {
  expect(stated(formOf(BODY))).toEqual(BODY);
});

test("what is left empty is left out", () => {
  const empty = { ...formOf({} as PolicyContent), turnaroundMin: null, reservePct: null };
  expect(stated(empty)).toEqual({
    purposes: {},
    farthest_km: {},
    restrictions: [],
    energy: { charging_min: null, unknown_range_blocks: false },
    unknown_papers_block: false,
  });
});

test("a new restriction holds all day, and one of a purpose taken away is as ever", () => {
  const form = formOf(BODY);
  const sent = stated({
    ...form,
    purposes: { meeting: [] },
    restrictions: [{ ...newRestriction(), name: " x ", weekdays: ["5", "1"], digits: ["9"] }],
  }) as PolicyContent;
  expect(sent.purposes).toEqual({});
  expect(sent.restrictions?.[0]).toMatchObject({ name: "x", from: "00:00", to: "24:00", weekdays: [1, 5] });
});

test("a number that is none is sent for the server to name", () => {
  expect(stated({ ...formOf(BODY), turnaroundMin: "soon" })).toMatchObject({ turnaround_min: "soon" });
});

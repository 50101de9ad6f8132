// @vitest-environment node
// The words that files people take away share with the page: the server reads them from web/labels.json, which
// is written from these texts. When red: npm run labels.
import i18n from "i18next";
import { describe, expect, it } from "vitest";
import { measured } from "../src/app/measure";
import { en } from "../src/text/en";
import { zh } from "../src/text/zh";

type Tree = { readonly [key: string]: string | Tree };

const GROUPS = [
  "alertState",
  "areaKind",
  "calendarWhat",
  "chargeLine",
  "checkItem",
  "changeState",
  "commandHeard",
  "commandKind",
  "commandState",
  "commandWaits",
  "commandWhy",
  "dayKind",
  "disruption",
  "disruptionState",
  "planKind",
  "planState",
  "travelTimes",
  "deviceFault",
  "deviceLine",
  "distanceSource",
  "draftState",
  "driverSource",
  "energy",
  "eventChange",
  "eventItem",
  "eventLack",
  "eventLeft",
  "eventPriority",
  "eventRun",
  "eventRunState",
  "eventState",
  "eventVersionState",
  "eventWho",
  "fenceEvent",
  "fenceShape",
  "fenceState",
  "fenceWarning",
  "fixFlag",
  "foreignForm",
  "judgement",
  "lostKind",
  "lostState",
  "measure",
  "metric",
  "metricValue",
  "notice",
  "orderState",
  "orderStep",
  "orderType",
  "parameter",
  "placeKind",
  "punctuation",
  "previewChange",
  "purposeKind",
  "quarantine",
  "recordAction",
  "recordObject",
  "relation",
  "role",
  "ruleChangeState",
  "ruleName",
  "ruleProfile",
  "ruleStanding",
  "ruleWhat",
  "runState",
  "settledAs",
  "severity",
  "tariffState",
  "ticketCause",
  "ticketState",
  "vehicleClass",
  "vehicleStatus",
  "voucherKind",
  "weekday",
] as const;

const CASES: readonly (readonly [name: string, value: unknown])[] = [
  ["distance_m", 199.6],
  ["distance_m", 999.9],
  ["distance_m", 4250],
  ["farthest_m", 12_340],
  ["off_route_km", 1.96],
  ["off_route_km", 2],
  ["off_route_km", 0.4],
  ["moved_min", 0.5],
  ["moved_min", 4.5],
  ["moved_min", 9.97],
  ["moved_min", 59.9],
  ["moved_min", 125],
  ["return_ratio", 0.6],
  ["use_work_hours", true],
  ["doubts", ["gap", "poor_fixes"]],
  ["doubts", []],
  ["calendar", "provisional"],
  ["route", "router"],
  ["route", null],
  ["unheard_of", 3.25],
  ["unheard_of", "something"],
];

function flat(tree: Tree, path = ""): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string" ? [[`${path}${key}`, value]] : flat(value, `${path}${key}.`),
  );
}

const chosen = (texts: Tree): Record<string, string> => ({
  ...Object.fromEntries(GROUPS.flatMap((group) => flat(texts[group] as Tree, `${group}.`))),
  ...Object.fromEntries(flat((texts["map"] as Tree)["state"] as Tree, "map.state.")),
  "common.yes": (texts["common"] as Tree)["yes"] as string,
  "common.no": (texts["common"] as Tree)["no"] as string,
});

const written = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`;

describe("what the server says in files", () => {
  it("is what the page says", async () => {
    await expect(written({ zh: chosen(zh), en: chosen(en) })).toMatchFileSnapshot("../../labels.json");
  });

  it("is measured as the page measures", async () => {
    const languages = { zh, en };
    const said = await Promise.all(
      Object.entries(languages).map(async ([language, texts]) => {
        const page = i18n.createInstance();
        await page.init({
          lng: language,
          resources: { [language]: { translation: texts } },
          interpolation: { escapeValue: false },
        });
        return CASES.map(([name, value]) => ({ language, name, value, said: measured(page.t, name, value) }));
      }),
    );
    await expect(written(said.flat())).toMatchFileSnapshot("../../../tests/unit/measured.json");
  });
});

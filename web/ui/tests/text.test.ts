// @vitest-environment node
// Texts: Chinese first and complete, English complete, a sentence for every code the programs can send.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { en } from "../src/text/en";
import { zh } from "../src/text/zh";

type Tree = { readonly [key: string]: string | Tree };

const UI = join(__dirname, "..");
const REPOSITORY = join(UI, "../..");

function leaves(tree: Tree, path = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    const here = path ? `${path}.${key}` : key;
    if (typeof value === "string") found.set(here, value);
    else for (const [inner, text] of leaves(value, here)) found.set(inner, text);
  }
  return found;
}

function files(folder: string, ending: RegExp): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && ending.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

const python = (...folders: string[]): string =>
  folders
    .flatMap((folder) => files(join(REPOSITORY, folder), /\.py$/))
    .filter((path) => !path.includes("node_modules"))
    .map((path) => readFileSync(path, "utf8"))
    .join("\n");

const captured = (text: string, pattern: RegExp): string[] => [
  ...new Set([...text.matchAll(pattern)].map((match) => match[1] ?? "")),
];

const chinese = leaves(zh);
const english = leaves(en);

describe("texts", () => {
  it("has the same keys in Chinese and English", () => {
    expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort());
  });

  it("leaves no text empty and uses the same placeholders in both languages", () => {
    const placeholders = (text: string) => (text.match(/\{\{\w+\}\}/g) ?? []).sort().join(" ");
    for (const [key, text] of chinese) {
      expect(text.trim(), key).not.toBe("");
      expect(english.get(key)?.trim(), key).not.toBe("");
      expect(placeholders(english.get(key) ?? ""), key).toBe(placeholders(text));
    }
  });

  it("speaks no English in Chinese sentences and no Chinese in English ones", () => {
    for (const [key, text] of english) expect(text, key).not.toMatch(/[\u4e00-\u9fff]/);
  });

  it("knows every key that a component asks for", () => {
    const source = files(join(UI, "src"), /\.tsx?$/).map((path) => readFileSync(path, "utf8"));
    const asked = captured(source.join("\n"), /\bt\(\s*"([^"]+)"/g);
    expect(asked.length).toBeGreaterThan(200);
    expect(asked.filter((key) => !chinese.has(key))).toEqual([]);
  });
});

describe("codes of the programs", () => {
  const missing = (group: string, codes: readonly string[]) =>
    codes.filter((code) => !chinese.has(`${group}.${code}`));

  it("has a sentence for every refusal", () => {
    const source = python("fleet", "dispatch", "web");
    const codes = [
      ...captured(source, /^ {4}code(?:: ClassVar\[str\])? = "(\w+)"/gm),
      ...captured(source, /\bproblem\(\d+, "(\w+)"/g),
    ];
    expect(codes).toEqual(expect.arrayContaining(["wrong_password", "too_large"]));
    expect(missing("error", codes)).toEqual([]);
  });

  it("has words for every field, reason and contradiction a refusal names", () => {
    const source = python("fleet", "dispatch", "web");
    const invalid = [...source.matchAll(/Invalid\(\s*field="(\w+)", reason="(\w+)"/g)];
    expect(invalid.length).toBeGreaterThan(20);
    expect(missing("field", [...new Set(invalid.map((match) => match[1] ?? ""))])).toEqual([]);
    expect(missing("invalidReason", [...new Set(invalid.map((match) => match[2] ?? ""))])).toEqual([]);
    expect(missing("conflict", captured(source, /(?:Conflict|Unavailable)\(\s*what="(\w+)"/g))).toEqual([]);
  });

  it("has a sentence for every reason of an assignment and every obstacle", () => {
    const dispatch = python("dispatch");
    const obstacles = [
      ...captured(dispatch, /Obstacle\(\s*code="(\w+)"/g),
      ...captured(dispatch, /_busy\([^)]*"(\w+)"\)/g),
    ];
    expect(obstacles).toContain("too_few_seats");
    expect(missing("obstacle", obstacles)).toEqual([]);
    const reasons = captured(dispatch, /"code": "(\w+)"/g);
    expect(missing("dispatchReason", [...obstacles, ...reasons])).toEqual([]);
  });

  it("has a sentence for every reason why a vehicle is not on the map", () => {
    const codes = captured(readFileSync(join(REPOSITORY, "web/presence.py"), "utf8"), /code="(\w+)"/g);
    expect(codes).toContain("no_device");
    expect(missing("whyNot", codes)).toEqual([]);
  });

  it("has a notice, a word and a state for everything that can happen to an order", () => {
    const lifecycle = readFileSync(join(REPOSITORY, "dispatch/lifecycle.py"), "utf8");
    const actions = captured(
      lifecycle.slice(lifecycle.indexOf("class Action"), lifecycle.indexOf("class Guard")),
      /= "(\w+)"/g,
    );
    expect(actions).toContain("depart");
    expect(missing("orderStep", actions)).toEqual([]);
    const notices = actions.map((action) => `order_${action}`);
    expect(missing("notice", notices)).toEqual([]);
    const order = readFileSync(join(REPOSITORY, "fleet/order.py"), "utf8");
    const states = captured(order.slice(order.indexOf("class OrderState")), /^ {4}[A-Z_]+ = "(\w+)"/gm);
    expect(missing("orderState", states)).toEqual([]);
  });

  it("has a name, a text, parameters and metrics for every rule", () => {
    const rules = python("geofence/rules");
    const ids = captured(rules, /^ {4}id="(R\d+)"/gm);
    expect(ids).toContain("R01");
    expect(missing("ruleName", ids)).toEqual([]);
    expect(missing("ruleText", ids)).toEqual([]);
    expect(missing("parameter", captured(rules, /^ {4}(\w+): \w+ = parameter\(/gm))).toEqual([]);
    expect(missing("metric", captured(rules, /"(\w+_(?:m|km|min|s))": round/g))).toEqual([]);
  });

  it("has a word for every role, vehicle class and quarantine reason", () => {
    const access = readFileSync(join(REPOSITORY, "fleet/access.py"), "utf8");
    const roles = captured(access.slice(0, access.indexOf("class Seen")), /= "(\w+)"/g);
    expect(missing("role", roles)).toEqual([]);
    const vehicle = readFileSync(join(REPOSITORY, "fleet/vehicle.py"), "utf8");
    const classes = vehicle.slice(
      vehicle.indexOf("class VehicleClass"),
      vehicle.indexOf("class VehicleStatus"),
    );
    const statuses = vehicle.slice(vehicle.indexOf("class VehicleStatus"), vehicle.indexOf("class Relation"));
    expect(missing("vehicleClass", captured(classes, /= "(\w+)"/g))).toEqual([]);
    expect(missing("vehicleStatus", captured(statuses, /= "(\w+)"/g))).toEqual([]);
  });
});

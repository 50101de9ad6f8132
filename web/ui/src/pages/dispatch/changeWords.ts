// What would help an order without a vehicle, in words: every kind of change the server may name (contracts.md 6). Pure.
import type { TFunction } from "i18next";
import { distance, duration } from "../../app/measure";
import { wordFor } from "../../text/codes";

type Change = Readonly<Record<string, unknown>>;

/** How each limit is counted. */
const SECONDS = ["max_ride_time", "time_window_start", "time_window_end", "max_travel_time", "max_duration"];

export function changeWords(t: TFunction, change: Change | null): string | null {
  if (!change) return null;
  const { earlier_s: earlier, later_s: later, vehicle_added: added, limit, by } = change;
  if (typeof earlier === "number") return t("dispatch.change.earlier", { duration: duration(t, earlier) });
  if (typeof later === "number") return t("dispatch.change.later", { duration: duration(t, later) });
  if (added !== undefined) return t("dispatch.change.vehicle");
  if (change["any_class"] === true) return t("dispatch.change.anyClass");
  if (change["vehicles"] === 2) return t("dispatch.change.twoVehicles");
  if (typeof change["class_wanted"] === "string")
    return t("dispatch.change.class", { kind: wordFor(t, "vehicleClass", change["class_wanted"]) });
  if (typeof change["self_drive"] === "boolean")
    return t(change["self_drive"] ? "dispatch.change.selfDrive" : "dispatch.change.driven");
  for (const name of ["passengers", "luggage", "wheelchairs"] as const)
    if (typeof change[name] === "number") return t(`dispatch.change.fewer_${name}`, { most: change[name] });
  if (typeof limit !== "string" || typeof by !== "number") return null;
  return t(`dispatch.change.${limit}`, { by: amount(t, limit, by), defaultValue: `${limit} ${by}` });
}

function amount(t: TFunction, limit: string, by: number): string {
  if (SECONDS.includes(limit)) return duration(t, by);
  return limit === "max_distance" ? distance(t, by) : String(by);
}

/** The smallest change in words, else that none alone helps, with two that together do where they are known. */
export function helpWords(
  t: TFunction,
  found: {
    smallest_change?: Change | null | undefined;
    no_single_change?: boolean | undefined;
    nearest_pair?: readonly Change[] | null | undefined;
  },
): string | null {
  const single = changeWords(t, found.smallest_change ?? null);
  if (single !== null) return single;
  if (!found.no_single_change) return null;
  const [first, second] = (found.nearest_pair ?? []).map((change) => changeWords(t, change));
  return first && second ? t("dispatch.change.pair", { first, second }) : t("dispatch.change.noSingle");
}

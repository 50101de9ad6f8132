// Vehicles and drivers as choices: who is free comes first, and what stands against the rest is said in the list.
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { Candidates, Objection } from "../../api/dispatch";
import { useTime } from "../../app/useTime";
import type { Choice } from "../../parts/form/fields";
import { sentence, wordFor } from "../../text/codes";
import { showPlate } from "../../text/plates";

type Clock = ReturnType<typeof useTime>;

const BUSY = ["vehicle_busy", "driver_busy"];
const TIMED = [...BUSY, "plate_restricted"];

/** One objection in words; of another task and of a day off the road also from when to when. */
export function objectionWords(t: TFunction, time: Clock, { code, params }: Objection): string {
  const words = sentence(t, "dispatchReason", { code, params });
  const { from, to } = params;
  if (!TIMED.includes(code) || typeof from !== "string" || typeof to !== "string") return words;
  return t("dispatch.busyFromTo", { words, from: time(from), to: time(to) });
}

function markOf(t: TFunction, objections: readonly Objection[]): NonNullable<Choice["mark"]> {
  const hard = objections.filter((each) => each.hard);
  if (hard.length === 0)
    return objections.length > 0
      ? { tone: "warn", word: t("dispatch.mark.flagged") }
      : { tone: "good", word: t("dispatch.mark.free") };
  const busy = hard.every(({ code }) => BUSY.includes(code));
  return busy
    ? { tone: "warn", word: t("dispatch.mark.busy") }
    : { tone: "bad", word: t("dispatch.mark.not") };
}

const hardness = (objections: readonly Objection[]): number =>
  objections.some(({ hard }) => hard) ? 2 : objections.length > 0 ? 1 : 0;

export function useCandidateChoices({ vehicles, drivers }: Candidates) {
  const { t } = useTranslation();
  const time = useTime();
  const comma = t("punctuation.comma");
  const against = (objections: readonly Objection[]): string =>
    objections.map((each) => objectionWords(t, time, each)).join(comma);
  const about = (parts: readonly (string | null)[]): string => parts.filter(Boolean).join(" · ");
  const byHardness = <Row extends { objections: readonly Objection[] }>(rows: readonly Row[]): Row[] =>
    [...rows].sort((a, b) => hardness(a.objections) - hardness(b.objections));
  return {
    vehicles: byHardness(vehicles).map((row) => ({
      value: row.vehicle_id,
      label: showPlate(row.plate),
      mark: markOf(t, row.objections),
      about: about([
        t("dispatch.seats", { count: row.seats }),
        wordFor(t, "vehicleClass", row.vehicle_class),
        row.depot_name || null,
        against(row.objections),
      ]),
    })),
    drivers: byHardness(drivers).map((row) => ({
      value: row.person_id,
      label: `${row.name} · ${row.unit_name}`,
      mark: markOf(t, row.objections),
      about: about([
        row.licence_class ? t("dispatch.licence", { licence: row.licence_class }) : null,
        row.licence_expires_on ? t("dispatch.licenceUntil", { date: row.licence_expires_on }) : null,
        against(row.objections),
      ]),
    })),
  };
}

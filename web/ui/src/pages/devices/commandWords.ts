// What a command asks and where it stands, as readable lines.
import type { TFunction } from "i18next";
import type { CommandRow } from "../../api/commands";
import { duration } from "../../app/measure";
import type { ToneName } from "../../parts/Tone";
import { wordFor } from "../../text/codes";

export const KINDS = ["locate", "interval", "text"] as const;
export const STATES = ["open", "queued", "sent", "answered", "refused", "expired", "cancelled"] as const;
export const HEARD = [
  "stray",
  "answered",
  "refused",
  "undelivered",
  "repeated",
  "late",
  "unknown",
  "foreign",
];
export const STATE_TONES: Record<string, ToneName> = {
  queued: "info",
  sent: "info",
  answered: "good",
  refused: "bad",
  expired: "warn",
};
/** So often it is sent without an answer (fleet/commanding/life.py). */
export const MOST_ATTEMPTS = 5;

export const isOpen = (row: CommandRow): boolean => row.state === "queued" || row.state === "sent";

/** What was asked beside the kind; null when there is nothing more to say. */
export function askedLine(t: TFunction, row: CommandRow): string | null {
  if (row.kind === "text") return row.text ?? null;
  if (row.kind !== "interval") return null;
  const every = duration(t, row.every_s ?? 0);
  return row.for_s
    ? t("command.everyFor", { every, for: duration(t, row.for_s) })
    : t("command.every", { every });
}

/** Why it is where it is, in a few words; null when the state says it all. */
export function progressLine(t: TFunction, row: CommandRow): string | null {
  if (row.state === "refused") return wordFor(t, "commandWhy", row.why);
  if (row.superseded_by_no) return t("command.replaced", { number: row.superseded_by_no });
  if (row.late_at) return t("command.lateAnswer", { said: t(`command.late.${row.late_ok === true}`) });
  if (!isOpen(row)) return null;
  if (row.attempts >= MOST_ATTEMPTS) return t("command.exhausted", { count: row.attempts });
  if (row.online === false) return t("command.willWait");
  if (row.waits) return wordFor(t, "commandWaits", row.waits);
  return row.state === "queued" ? t(row.online ? "command.willSend" : "command.lineUnknown") : null;
}

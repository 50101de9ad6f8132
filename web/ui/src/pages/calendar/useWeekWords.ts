// A week of hours and the dates it holds on, in words.
import { useTranslation } from "react-i18next";
import type { Week } from "../../api/calendar";
import { wordFor } from "../../text/codes";
import { groupsOf } from "./week";

interface Bounds {
  readonly from: string | null;
  readonly to: string | null;
  readonly since?: string | null;
  readonly last?: string | null;
}

export function useWeekWords() {
  const { t } = useTranslation();
  const days = (each: readonly string[]) =>
    each.length > 1
      ? t("calendar.daySpan", {
          from: wordFor(t, "weekday", each[0]),
          to: wordFor(t, "weekday", each.at(-1)),
        })
      : wordFor(t, "weekday", each[0]);
  const week = (of: Week) =>
    groupsOf(of).map((group) => t("calendar.dayHours", { days: days(group.days), hours: group.hours }));
  const season = ({ from, to, since, last }: Bounds): string => {
    const said = [
      from && to ? t("calendar.everyYear", { from, to }) : null,
      since || last ? t("calendar.between", { from: since ?? "…", to: last ?? "…" }) : null,
    ].filter(Boolean);
    return said.length > 0 ? said.join(t("punctuation.comma")) : t("calendar.allYear");
  };
  return { week, season };
}

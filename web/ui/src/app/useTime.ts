// Times as the reader sees them: in the installation's zone and the page's language.
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { useConfig } from "../session/useSession";
import { wordFor } from "../text/codes";
import { showInstant, type TimeStyle } from "./time";

export function useTime() {
  const { timezone } = useConfig();
  const { i18n } = useTranslation();
  return useCallback(
    (instant: string | number | Date | null | undefined, style: TimeStyle = "minute") =>
      instant === null || instant === undefined ? "—" : showInstant(instant, timezone, i18n.language, style),
    [timezone, i18n.language],
  );
}

/** The installation's zone as people call it. */
export function useZoneName(): string {
  const { t } = useTranslation();
  return wordFor(t, "zoneName", useConfig().timezone);
}

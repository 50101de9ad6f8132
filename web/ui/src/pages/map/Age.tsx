// How old a fix is, in words, counted with the server's clock.

import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";

export function ageWords(t: TFunction, seconds: number): string {
  if (seconds < 5) return t("age.now");
  if (seconds < 60) return t("age.seconds", { count: Math.floor(seconds) });
  if (seconds < 3600) return t("age.minutes", { count: Math.floor(seconds / 60) });
  if (seconds < 86_400) return t("age.hours", { count: Math.floor(seconds / 3600) });
  return t("age.days", { count: Math.floor(seconds / 86_400) });
}

interface AgeProps {
  fixedMs: number | null;
  nowMs: number;
}

export function Age({ fixedMs, nowMs }: AgeProps) {
  const { t } = useTranslation();
  if (fixedMs === null) return <>{t("age.never")}</>;
  return <>{ageWords(t, Math.max(0, (nowMs - fixedMs) / 1000))}</>;
}

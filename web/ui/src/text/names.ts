// Names of units, areas and places in the language of the page; the English one where it was given.
import { useCallback } from "react";
import { useTranslation } from "react-i18next";

export function useName() {
  const { i18n } = useTranslation();
  const english = i18n.language === "en";
  return useCallback(
    (name: string | null | undefined, nameEn: string | null | undefined): string | null =>
      (english && nameEn ? nameEn : name) || null,
    [english],
  );
}

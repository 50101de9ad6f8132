// A thin bar at the top while the parts of a page are fetched; quick ones never show it.
import { useTranslation } from "react-i18next";
import { useNavigation } from "react-router";
import "./shell.css";

export function Opening() {
  const { t } = useTranslation();
  return <div role="status" aria-label={t("shell.opening")} className="opening" />;
}

export function OpeningNext() {
  return useNavigation().state === "loading" ? <Opening /> : null;
}

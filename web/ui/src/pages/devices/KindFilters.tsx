// Filters shared by the lists of locators and tickets: unit, model, installer.
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { readSummary } from "../../api/health";
import { ChoiceFilter } from "../../parts/list/ChoiceFilter";
import { UnitFilter } from "../../parts/list/UnitFilter";
import type { ListState } from "../../parts/list/useListState";

export const useSummary = () =>
  useQuery({ queryKey: ["device-health", "summary"], queryFn: readSummary, refetchInterval: 30_000 });

export function KindFilters({ state }: { state: ListState }) {
  const { t } = useTranslation();
  const summary = useSummary();
  const choices = (names: readonly string[] | undefined) =>
    (names ?? []).map((value) => ({ value, label: value }));
  return (
    <>
      <UnitFilter state={state} label={t("vehicle.unit")} />
      <ChoiceFilter
        state={state}
        name="model"
        label={t("device.model")}
        choices={choices(summary.data?.models)}
      />
      <ChoiceFilter
        state={state}
        name="installer"
        label={t("device.installer")}
        choices={choices(summary.data?.installers)}
      />
    </>
  );
}

// Lines that count, or those that were withdrawn.
import { useTranslation } from "react-i18next";
import { ChoiceFilter } from "../../parts/list/ChoiceFilter";
import type { ListState } from "../../parts/list/useListState";

export function CurrentFilter({ state }: { state: ListState }) {
  const { t } = useTranslation();
  return (
    <ChoiceFilter
      state={state}
      name="current"
      label={t("drivers.state")}
      choices={[
        { value: "true", label: t("drivers.current") },
        { value: "false", label: t("drivers.withdrawnOnes") },
      ]}
    />
  );
}

// One filter of a list: a day, open when empty.
import { DateInput } from "@mantine/dates";
import { useTranslation } from "react-i18next";
import type { ListState } from "./useListState";

interface DayFilterProps {
  state: ListState;
  name: string;
  label: string;
}

export function DayFilter({ state, name, label }: DayFilterProps) {
  const { t } = useTranslation();
  return (
    <DateInput
      aria-label={label}
      placeholder={label}
      clearable
      clearButtonProps={{ "aria-label": t("common.clear") }}
      valueFormat="YYYY-MM-DD"
      w={160}
      value={state.values[name] ?? null}
      onChange={(day) => state.set(name, day)}
    />
  );
}

// One filter of a list: a choice among known values, "all" when empty.
import { NativeSelect } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { ListState } from "./useListState";

interface ChoiceFilterProps {
  state: ListState;
  name: string;
  label: string;
  choices: readonly { value: string; label: string }[];
}

export function ChoiceFilter({ state, name, label, choices }: ChoiceFilterProps) {
  const { t } = useTranslation();
  return (
    <NativeSelect
      aria-label={label}
      value={state.values[name] ?? ""}
      onChange={(event) => state.set(name, event.currentTarget.value || null)}
      data={[{ value: "", label: t("list.allOf", { what: label }) }, ...choices]}
    />
  );
}

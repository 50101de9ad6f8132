// Choosing locators by code or plate; the server searches, what is chosen stays.
import { MultiSelect } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { findDevices } from "../../api/commands";
import { showPlate } from "../../text/plates";

export interface Locator {
  readonly id: string;
  readonly code: string;
  readonly plate: string | null | undefined;
}

interface LocatorsFieldProps {
  chosen: readonly Locator[];
  error: string | null;
  onChange: (chosen: readonly Locator[]) => void;
}

const MOST_AT_ONCE = 100;
const labelOf = ({ code, plate }: Locator) => (plate ? `${code} · ${showPlate(plate)}` : code);

export function LocatorsField({ chosen, error, onChange }: LocatorsFieldProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const [wanted] = useDebouncedValue(typed, 250);
  const found = useQuery({
    queryKey: ["devices", "choices", wanted],
    queryFn: () => findDevices(wanted),
    placeholderData: (before) => before,
  });
  const all = new Map<string, Locator>(
    [...chosen, ...(found.data ?? []).filter(({ active }) => active)].map((one) => [one.id, one]),
  );
  return (
    <MultiSelect
      label={t("command.devices")}
      description={t("command.devicesHint")}
      required
      searchable
      error={error}
      maxValues={MOST_AT_ONCE}
      searchValue={typed}
      onSearchChange={setTyped}
      filter={({ options }) => options}
      value={chosen.map(({ id }) => id)}
      data={[...all.values()].map((one) => ({ value: one.id, label: labelOf(one) }))}
      onChange={(ids) => onChange(ids.flatMap((id) => all.get(id) ?? []))}
    />
  );
}

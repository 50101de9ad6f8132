// From where to where, and whether the vehicle waits and brings people back.
import { Stack, Switch } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { PlaceField } from "../../parts/PlaceField";
import type { FieldsProps } from "./fields";
import { StopFields } from "./StopFields";

export function WhereFields({ draft, troubles, idOf, onChange }: FieldsProps) {
  const { t } = useTranslation();
  return (
    <Stack gap="sm">
      <PlaceField
        id={idOf("origin")}
        label={t("order.origin")}
        value={draft.origin}
        error={troubles.origin}
        onChange={(origin) => onChange({ origin })}
      />
      <StopFields draft={draft} troubles={troubles} idOf={idOf} onChange={onChange} />
      <PlaceField
        id={idOf("destination")}
        label={t("order.destination")}
        value={draft.destination}
        error={troubles.destination}
        onChange={(destination) => onChange({ destination })}
      />
      <Switch
        label={t("book.roundTrip")}
        checked={draft.roundTrip}
        onChange={(event) => onChange({ roundTrip: event.currentTarget.checked })}
      />
    </Stack>
  );
}

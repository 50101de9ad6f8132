// From where to where, and whether the vehicle waits and brings people back.
import { Stack, Switch, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { PlaceField } from "../../parts/PlaceField";
import type { FieldsProps } from "./fields";

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
      {draft.stops.length > 0 && (
        <Text size="sm">
          {t("book.stops", { places: draft.stops.map(({ name }) => name).join(t("punctuation.comma")) })}
        </Text>
      )}
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

// From where to where, and whether the vehicle waits and brings people back.
import { Stack, Switch } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { PlaceField } from "../../parts/PlaceField";
import type { FieldsProps } from "./fields";

export function WhereFields({ draft, missing, onChange }: FieldsProps) {
  const { t } = useTranslation();
  const say = (what: "origin" | "destination") =>
    missing.includes(what) ? t(`book.missing.${what}`) : undefined;
  return (
    <Stack gap="sm">
      <PlaceField
        label={t("order.origin")}
        value={draft.origin}
        error={say("origin")}
        onChange={(origin) => onChange({ origin })}
      />
      <PlaceField
        label={t("order.destination")}
        value={draft.destination}
        error={missing.includes("samePlace") ? t("book.missing.samePlace") : say("destination")}
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

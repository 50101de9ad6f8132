// Who goes and why.
import { NativeSelect, NumberInput, SimpleGrid, Stack, Textarea } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { type Draft, PURPOSES } from "./draft";
import type { FieldsProps } from "./fields";

const CLASSES = [
  "emergency_support",
  "confidential_courier",
  "law_enforcement",
  "special_technical",
] as const;

export function WhatFields({ draft, missing, onChange }: FieldsProps) {
  const { t } = useTranslation();
  return (
    <Stack gap="sm">
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <NumberInput
          label={t("order.passengers")}
          min={1}
          max={50}
          allowDecimal={false}
          clampBehavior="strict"
          required
          value={draft.passengers}
          onChange={(value) => onChange({ passengers: Number(value) || 1 })}
          hideControls
          inputMode="numeric"
        />
        <NativeSelect
          label={t("book.class")}
          value={draft.classWanted}
          data={[
            { value: "", label: t("book.anyClass") },
            ...CLASSES.map((value) => ({ value, label: t(`vehicleClass.${value}`) })),
          ]}
          onChange={(event) => onChange({ classWanted: event.currentTarget.value as Draft["classWanted"] })}
        />
      </SimpleGrid>
      <NativeSelect
        label={t("book.purposeKind")}
        required
        value={draft.purpose}
        error={missing.includes("purpose") ? t("book.missing.purpose") : undefined}
        data={[
          { value: "", label: t("book.choose"), disabled: true },
          ...PURPOSES.map((value) => ({ value, label: t(`purposeKind.${value}`) })),
        ]}
        onChange={(event) => onChange({ purpose: event.currentTarget.value })}
      />
      <Textarea
        label={t("book.purposeText")}
        required
        autosize
        minRows={2}
        maxLength={300}
        placeholder={t("book.purposeHint")}
        value={draft.purposeText}
        error={missing.includes("purposeText") ? t("book.missing.purposeText") : undefined}
        onChange={(event) => onChange({ purposeText: event.currentTarget.value })}
      />
    </Stack>
  );
}

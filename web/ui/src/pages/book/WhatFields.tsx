// Who goes and why.
import { NativeSelect, SimpleGrid, Stack, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { readRoom } from "../../api/places";
import { NumberField } from "../../parts/form/NumberField";
import { Note } from "../../parts/Note";
import { type Draft, PURPOSES } from "./draft";
import type { FieldsProps } from "./fields";

const CLASSES = [
  "emergency_support",
  "confidential_courier",
  "law_enforcement",
  "special_technical",
] as const;

export function WhatFields({ draft, troubles, idOf, onChange }: FieldsProps) {
  const { t } = useTranslation();
  return (
    <Stack gap="sm">
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <NumberField
          id={idOf("passengers")}
          label={t("order.passengers")}
          whole
          required
          error={troubles.passengers}
          value={draft.passengers}
          onChange={(passengers) => onChange({ passengers })}
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
      <RoomNote draft={draft} />
      <NativeSelect
        id={idOf("purpose")}
        label={t("book.purposeKind")}
        required
        value={draft.purpose}
        error={troubles.purpose}
        data={[
          { value: "", label: t("book.choose"), disabled: true },
          ...PURPOSES.map((value) => ({ value, label: t(`purposeKind.${value}`) })),
        ]}
        onChange={(event) => onChange({ purpose: event.currentTarget.value })}
      />
      <Textarea
        id={idOf("purpose_text")}
        label={t("book.purposeText")}
        required
        autosize
        minRows={2}
        maxLength={300}
        placeholder={t("book.purposeHint")}
        value={draft.purposeText}
        error={troubles.purpose_text}
        onChange={(event) => onChange({ purposeText: event.currentTarget.value })}
      />
    </Stack>
  );
}

/** More people than any vehicle takes: said while it is typed, not after the request has failed. */
function RoomNote({ draft }: { draft: Draft }) {
  const { t } = useTranslation();
  const { classWanted, passengers } = draft;
  const room = useQuery({
    queryKey: ["room", classWanted],
    queryFn: ({ signal }) => readRoom(classWanted || null, signal),
    staleTime: 300_000,
  });
  if (!room.data) return null;
  const { most_passengers: most } = room.data;
  if (most === null) return <Note tone="warn">{t("book.noVehicle")}</Note>;
  if (typeof passengers !== "number" || passengers <= most) return null;
  return (
    <Note tone="warn" role="status">
      {t("book.tooMany", { most })}
    </Note>
  );
}

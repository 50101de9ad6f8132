// What few trips need: luggage, wheelchairs, whom to call, driving oneself, sharing. Folded away until asked for or used.
import { Button, Collapse, SimpleGrid, Stack, Switch, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { NumberField } from "../../parts/form/NumberField";
import type { FieldsProps } from "./fields";

const MINE = ["luggage", "wheelchairs", "self_drive", "contact_phone"] as const;

export function MoreFields({ draft, troubles, idOf, onChange }: FieldsProps) {
  const { t } = useTranslation();
  const used = Boolean(
    draft.luggage ||
      draft.equipment ||
      draft.wheelchairs ||
      draft.contactPhone ||
      draft.selfDrive ||
      draft.shareable,
  );
  const [asked, setAsked] = useState(used);
  const open = asked || MINE.some((name) => troubles[name]);
  return (
    <Stack gap="xs" mt="sm">
      <div>
        <Button
          variant="subtle"
          size="xs"
          h="auto"
          py={6}
          styles={{ label: { whiteSpace: "normal", textAlign: "left" } }}
          aria-expanded={open}
          onClick={() => setAsked(!open)}
        >
          {t(open ? "book.less" : "book.more")}
        </Button>
      </div>
      <Collapse expanded={open}>
        <Stack gap="sm">
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
            <NumberField
              id={idOf("luggage")}
              label={t("book.luggage")}
              whole
              error={troubles.luggage}
              value={draft.luggage}
              onChange={(luggage) => onChange({ luggage })}
            />
            <NumberField
              id={idOf("wheelchairs")}
              label={t("book.wheelchairs")}
              whole
              error={troubles.wheelchairs}
              value={draft.wheelchairs}
              onChange={(wheelchairs) => onChange({ wheelchairs })}
            />
            <TextInput
              label={t("book.contactName")}
              maxLength={50}
              value={draft.contactName}
              onChange={(event) => onChange({ contactName: event.currentTarget.value })}
            />
            <TextInput
              id={idOf("contact_phone")}
              label={t("book.contactPhone")}
              inputMode="tel"
              maxLength={20}
              error={troubles.contact_phone}
              value={draft.contactPhone}
              onChange={(event) => onChange({ contactPhone: event.currentTarget.value })}
            />
          </SimpleGrid>
          <TextInput
            label={t("book.equipment")}
            maxLength={200}
            value={draft.equipment}
            onChange={(event) => onChange({ equipment: event.currentTarget.value })}
          />
          <Switch
            id={idOf("self_drive")}
            label={t("book.selfDrive")}
            error={troubles.self_drive}
            checked={draft.selfDrive}
            onChange={(event) => onChange({ selfDrive: event.currentTarget.checked })}
          />
          <Switch
            label={t("book.shareable")}
            checked={draft.shareable}
            onChange={(event) => onChange({ shareable: event.currentTarget.checked })}
          />
          <Text size="xs" c="dimmed">
            {t("book.attachLater")}
          </Text>
        </Stack>
      </Collapse>
    </Stack>
  );
}

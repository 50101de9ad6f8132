// Below a field that somebody else changed meanwhile: what he made of it, what stands here, and taking his.
import { Button, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Note } from "../Note";
import type { Clash, Field, FieldValue } from "./fields";

interface ClashNoteProps {
  field: Field;
  clash: Clash;
  onTakeTheirs: () => void;
}

export function ClashNote({ field, clash, onTakeTheirs }: ClashNoteProps) {
  const { t } = useTranslation();
  const say = (value: FieldValue): string => {
    if (value === null || value === "") return t("common.none");
    if (typeof value === "boolean") return t(value ? "common.yes" : "common.no");
    return field.choices?.find((choice) => choice.value === value)?.label ?? String(value);
  };
  const words = { theirs: say(clash.theirs), before: say(clash.before) };
  return (
    <Note tone="warn" mt={4} py={6}>
      <Group justify="space-between" gap="xs">
        <Text size="sm">
          {clash.mine === undefined
            ? t("form.changedByOther", words)
            : t("form.changedByBoth", { ...words, mine: say(clash.mine) })}
        </Text>
        {clash.mine !== undefined && (
          <Button size="compact-xs" variant="default" onClick={onTakeTheirs}>
            {t("form.takeTheirs")}
          </Button>
        )}
      </Group>
    </Note>
  );
}

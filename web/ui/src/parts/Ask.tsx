// A button whose consequence is named and confirmed before it happens; for what cannot be taken back.
import { Button, Group, Text } from "@mantine/core";
import { useId } from "@mantine/hooks";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Note } from "./Note";

interface AskProps {
  label: string;
  /** What will happen, said before it does. */
  consequence: ReactNode;
  busy: boolean;
  disabled?: boolean;
  onConfirm: () => void;
}

export function Ask({ label, consequence, busy, disabled = false, onConfirm }: AskProps) {
  const { t } = useTranslation();
  const id = useId();
  const [asking, setAsking] = useState(false);
  if (!asking)
    return (
      <Button
        variant="default"
        disabled={disabled}
        onClick={() => setAsking(true)}
        style={{ alignSelf: "flex-start" }}
      >
        {label}
      </Button>
    );
  return (
    <Note tone="warn" w="100%">
      <Text size="sm" id={id}>
        {consequence}
      </Text>
      <Group gap="xs" mt="xs">
        <Button size="xs" autoFocus aria-describedby={id} loading={busy} onClick={onConfirm}>
          {t("form.confirm", { action: label })}
        </Button>
        <Button size="xs" variant="default" onClick={() => setAsking(false)}>
          {t("common.cancel")}
        </Button>
      </Group>
    </Note>
  );
}

// Asks why before a track or suspicion is opened, for roles that must say so; everybody else passes through.
import { Box, Button, Chip, Group, Stack, Text, Textarea } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSignedIn } from "../session/useSession";
import { Panel } from "./Panel";
import { lastPurpose, rememberPurpose } from "./purpose";

const USUAL = ["verify", "spotCheck", "complaint", "safety"] as const;

interface PurposeGateProps {
  /** What is opened, in words. */
  what: string;
  children: (purpose: string | undefined) => ReactNode;
}

export function PurposeGate({ what, children }: PurposeGateProps) {
  const { t } = useTranslation();
  const needed = useSignedIn().purpose_required;
  const [typed, setTyped] = useState(lastPurpose);
  const [stated, setStated] = useState<string | null>(null);
  if (!needed) return children(undefined);
  if (stated !== null) return children(stated);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!typed.trim()) return;
    rememberPurpose(typed.trim());
    setStated(typed.trim());
  };
  return (
    <Box maw={560} mx="auto">
      <Panel title={t("purpose.title")}>
        <form onSubmit={submit}>
          <Stack gap="sm">
            <Text size="sm">{t("purpose.about", { what })}</Text>
            <Group gap={6}>
              {USUAL.map((name) => (
                <Chip
                  key={name}
                  size="xs"
                  checked={typed === t(`purpose.usual.${name}`)}
                  onChange={() => setTyped(t(`purpose.usual.${name}`))}
                >
                  {t(`purpose.usual.${name}`)}
                </Chip>
              ))}
            </Group>
            <Textarea
              label={t("purpose.label")}
              autosize
              minRows={2}
              maxLength={500}
              required
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
            />
            <Button type="submit" disabled={!typed.trim()} style={{ alignSelf: "flex-start" }}>
              {t("purpose.open")}
            </Button>
          </Stack>
        </form>
      </Panel>
    </Box>
  );
}

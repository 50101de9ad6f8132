// Asks why before a track, a suspicion or the live map is opened, for roles that must say so; everybody else
// passes through. Who was refused for the purpose, or has another one, may change it.
import { Box, Button, Chip, Group, Stack, Text, Textarea } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useConfig } from "../session/useSession";
import { Panel } from "./Panel";
import { lastPurpose, rememberPurpose } from "./purpose";

const USUAL = ["verify", "spotCheck", "complaint", "safety"] as const;

interface PurposeGateProps {
  needed: boolean;
  /** What is opened, in words. */
  what: string;
  children: (purpose: string | undefined, change: () => void) => ReactNode;
}

export function PurposeGate({ needed, what, children }: PurposeGateProps) {
  const { t } = useTranslation();
  const { shortest_purpose: shortest } = useConfig();
  const [typed, setTyped] = useState(lastPurpose);
  const [tried, setTried] = useState(false);
  const [stated, setStated] = useState<string | null>(null);
  const short = typed.trim().length < shortest;
  if (!needed) return children(undefined, () => undefined);
  if (stated !== null) return children(stated, () => setStated(null));

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (short) return;
    rememberPurpose(typed.trim());
    setStated(typed.trim());
  };
  return (
    <Box maw={560} mx="auto" p={{ base: 0, xs: "md" }}>
      <Panel title={t("purpose.title")}>
        <form onSubmit={submit} noValidate>
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
              error={tried && short ? t("purpose.short", { count: shortest }) : undefined}
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
            />
            <Button type="submit" style={{ alignSelf: "flex-start" }}>
              {t("purpose.open")}
            </Button>
          </Stack>
        </form>
      </Panel>
    </Box>
  );
}

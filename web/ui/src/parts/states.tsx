// The three states every view of data has besides data: loading, empty, failed (with a way to try again).
import { Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "../api/problem";
import { errorSentence } from "../text/codes";
import { Icon, type IconName } from "./Icon";
import { Note } from "./Note";

export function Loading({ lines = 6 }: { lines?: number }) {
  const { t } = useTranslation();
  const widths = Array.from({ length: lines }, (_, index) => `${92 - ((index * 17) % 38)}%`);
  return (
    <Stack gap="sm" p="md" role="status" aria-label={t("common.loading")}>
      {widths.map((width, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: placeholder lines have no identity
        <Skeleton key={index} height={16} width={width} radius="sm" />
      ))}
    </Stack>
  );
}

interface EmptyProps {
  title: string;
  hint?: string | undefined;
  icon?: IconName;
  action?: ReactNode;
}

export function Empty({ title, hint, icon = "list", action }: EmptyProps) {
  return (
    <Stack align="center" gap={6} py={48} px="md" ta="center">
      <Text c="dimmed" component="span">
        <Icon name={icon} size={34} />
      </Text>
      <Text fw={600}>{title}</Text>
      {hint && (
        <Text size="sm" c="dimmed" maw={440}>
          {hint}
        </Text>
      )}
      {action}
    </Stack>
  );
}

/** Answers that asking the same again cannot change. */
const FINAL = [403, 404, 422];

interface FailedProps {
  error: unknown;
  retry?: () => void;
}

export function Failed({ error, retry }: FailedProps) {
  const { t } = useTranslation();
  const expected = error instanceof Problem && error.status >= 400 && error.status < 500;
  const final = error instanceof Problem && FINAL.includes(error.status);
  return (
    <Note tone={expected ? "warn" : "bad"} role="alert" m="xs" className="day-failed">
      <Group justify="space-between" gap="sm">
        <Text size="sm">{errorSentence(t, error)}</Text>
        {retry && !final && (
          <Button size="xs" variant="default" onClick={retry}>
            {t("common.retry")}
          </Button>
        )}
      </Group>
    </Note>
  );
}

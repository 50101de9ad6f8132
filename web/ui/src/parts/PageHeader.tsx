// Title, one line of what the page is for, and its actions; also names the browser tab.
import { Group, Stack, Text, Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";
import { useTranslation } from "react-i18next";

interface PageHeaderProps {
  title: string;
  about?: string;
  actions?: ReactNode;
}

export function PageHeader({ title, about, actions }: PageHeaderProps) {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = `${title} · ${t("app.name")}`;
  }, [title, t]);
  return (
    <Group justify="space-between" align="flex-end" gap="sm" mb="md">
      <Stack gap={2} style={{ minWidth: 0, flex: "1 1 24rem" }}>
        <Title order={1} size="h3">
          {title}
        </Title>
        {about && (
          <Text size="sm" c="dimmed">
            {about}
          </Text>
        )}
      </Stack>
      {actions && <Group gap="xs">{actions}</Group>}
    </Group>
  );
}

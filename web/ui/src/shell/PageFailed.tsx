// A page that could not be drawn or loaded: says so and offers to load it again. After an upgrade the old
// page's parts are gone from the server; loading again fetches the new ones.
import { Button, Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { isRouteErrorResponse, useRouteError } from "react-router";

export function PageFailed() {
  const { t } = useTranslation();
  const error = useRouteError();
  const detail = isRouteErrorResponse(error) ? error.statusText : error instanceof Error ? error.message : "";
  return (
    <Stack component="main" align="center" justify="center" mih="60vh" ta="center" p="md">
      <Title order={1} size="h3">
        {t("shell.failed.title")}
      </Title>
      <Text c="dimmed">{t("shell.failed.about")}</Text>
      <Text size="xs" c="dimmed" ff="monospace">
        {detail}
      </Text>
      <Button onClick={() => window.location.reload()}>{t("shell.failed.reload")}</Button>
    </Stack>
  );
}

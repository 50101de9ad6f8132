// The way in. Says what the system is; keeps language and theme at hand.
import { Box, Group, Stack, Text, Title } from "@mantine/core";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, useNavigate, useSearchParams } from "react-router";
import { useSession } from "../../session/useSession";
import { LanguageMenu } from "../../shell/LanguageMenu";
import { ThemeMenu } from "../../shell/ThemeMenu";
import { LoginForm } from "./LoginForm";

/** Only our own pages: an address from outside must not choose where people land. */
function nextPage(wanted: string | null): string {
  return wanted?.startsWith("/") && !wanted.startsWith("//") && !wanted.startsWith("/login") ? wanted : "/";
}

export function Component() {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const session = useSession();
  const next = nextPage(params.get("next"));

  useEffect(() => {
    document.title = `${t("login.title")} · ${t("app.name")}`;
  }, [t]);
  if (session.data) return <Navigate to={next} replace />;

  return (
    <Box component="main" mih="100vh" style={{ display: "grid", gridTemplateRows: "auto 1fr auto" }} p="md">
      <Group justify="flex-end" gap={4}>
        <LanguageMenu />
        <ThemeMenu />
      </Group>
      <Stack align="center" justify="center" gap="lg">
        <Stack align="center" gap={6} ta="center">
          <img src="/favicon.svg" width={64} height={64} alt="" />
          <Title order={1} size="h2">
            {t("app.name")}
          </Title>
          <Text c="dimmed">{t("app.motto")}</Text>
        </Stack>
        <Box className="panel" p={{ base: "lg", xs: 32 }} w="100%" maw={400}>
          <LoginForm onDone={() => void navigate(next, { replace: true })} />
        </Box>
      </Stack>
      <Text size="xs" c="dimmed" ta="center">
        {t("login.notice")}
      </Text>
    </Box>
  );
}

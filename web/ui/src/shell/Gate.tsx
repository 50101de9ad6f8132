// Lets signed-in people in and sends others to /login; a session that ends under open pages is renewed in a
// dialog on top of them, so nothing that was typed is lost.
import { Center, Loader, Modal, Stack, Text, Title } from "@mantine/core";
import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, useLocation } from "react-router";
import { isProblem } from "../api/client";
import { LoginForm } from "../pages/login/LoginForm";
import { Failed } from "../parts/states";
import { sessionExpired } from "../session/expiry";
import { useSession } from "../session/useSession";
import { Shell } from "./Shell";

export function Gate() {
  const { t } = useTranslation();
  const session = useSession();
  const location = useLocation();
  const expired = useSyncExternalStore(sessionExpired.subscribe, sessionExpired.read);

  if (session.data?.must_change_password && location.pathname !== "/account") {
    return <Navigate to="/account" replace />;
  }
  if (session.data) {
    return (
      <>
        <Shell />
        <Modal
          opened={expired}
          onClose={() => undefined}
          withCloseButton={false}
          closeOnEscape={false}
          closeOnClickOutside={false}
          title={t("login.again.title")}
        >
          <Text size="sm" mb="md">
            {t("login.again.about")}
          </Text>
          <LoginForm again login={session.data.person.login} />
        </Modal>
      </>
    );
  }
  if (session.isError) {
    if (isProblem(session.error) && session.error.status === 401) {
      return (
        <Navigate to={`/login?next=${encodeURIComponent(location.pathname + location.search)}`} replace />
      );
    }
    return (
      <Center h="100dvh" p="md">
        <Stack align="center" gap="xs" maw={520}>
          <img src="/favicon.svg" width={56} height={56} alt="" />
          <Title order={1} size="h4">
            {t("app.name")}
          </Title>
          <Failed error={session.error} retry={() => void session.refetch()} />
        </Stack>
      </Center>
    );
  }
  return (
    <Center h="100vh">
      <Loader aria-label={t("common.loading")} />
    </Center>
  );
}

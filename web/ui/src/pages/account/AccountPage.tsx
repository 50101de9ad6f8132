// /account: who I am here, and my password. People who must change it land here and nowhere else.
import { SimpleGrid, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Facts } from "../../parts/Facts";
import { Note } from "../../parts/Note";
import { PageHeader } from "../../parts/PageHeader";
import { Panel } from "../../parts/Panel";
import { useSignedIn } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { useName } from "../../text/names";
import { PasswordPanel } from "./PasswordPanel";

export function Component() {
  const { t } = useTranslation();
  const name = useName();
  const session = useSignedIn();
  return (
    <>
      <PageHeader title={t("shell.menu.account")} />
      {session.must_change_password && (
        <Note tone="warn" mb="md" role="alert">
          {t("account.mustChange")}
        </Note>
      )}
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md" style={{ alignItems: "start" }}>
        <Panel title={t("account.me")}>
          <Facts
            facts={[
              [t("person.name"), session.person.name],
              [t("login.name"), session.person.login],
              [
                t("person.roles"),
                <Stack key="roles" gap={2}>
                  {session.roles.map(({ role, unit_id, unit_name, unit_name_en }) => (
                    <span key={`${role}-${unit_id}`}>
                      {wordFor(t, "role", role)} · {name(unit_name, unit_name_en)}
                    </span>
                  ))}
                </Stack>,
              ],
            ]}
          />
        </Panel>
        <PasswordPanel />
      </SimpleGrid>
    </>
  );
}

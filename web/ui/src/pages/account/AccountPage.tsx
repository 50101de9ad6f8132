// /account: who I am here, and my password. People who must change it land here and nowhere else.
import { Button, PasswordInput, SimpleGrid, Stack } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { changePassword } from "../../api/session";
import { Facts } from "../../parts/Facts";
import { Note } from "../../parts/Note";
import { PageHeader } from "../../parts/PageHeader";
import { Panel } from "../../parts/Panel";
import { useAct } from "../../parts/useAct";
import { SESSION_KEY, useConfig, useSignedIn } from "../../session/useSession";
import { errorSentence, wordFor } from "../../text/codes";
import { useName } from "../../text/names";

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

function PasswordPanel() {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const { shortest_password: shortest } = useConfig();
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const [again, setAgain] = useState("");
  const change = useAct({
    run: (input: { old: string; fresh: string }) => changePassword(input.old, input.fresh),
    touches: [],
    done: t("account.changed"),
    quiet: true,
    after: () => {
      setOld("");
      setFresh("");
      setAgain("");
      void cache.invalidateQueries({ queryKey: SESSION_KEY });
    },
  });
  const differs = again !== "" && again !== fresh;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!differs && fresh) change.mutate({ old, fresh });
  };
  const eye = { "aria-label": t("login.showPassword"), tabIndex: 0 };
  return (
    <Panel title={t("account.password")}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          {change.isError && (
            <Note tone="bad" role="alert">
              {errorSentence(t, change.error)}
            </Note>
          )}
          <PasswordInput
            label={t("account.old")}
            autoComplete="current-password"
            required
            value={old}
            onChange={(event) => setOld(event.currentTarget.value)}
            visibilityToggleButtonProps={eye}
          />
          <PasswordInput
            label={t("account.new")}
            description={t("account.rule", { count: shortest })}
            autoComplete="new-password"
            required
            value={fresh}
            onChange={(event) => setFresh(event.currentTarget.value)}
            visibilityToggleButtonProps={eye}
          />
          <PasswordInput
            label={t("account.again")}
            autoComplete="new-password"
            required
            value={again}
            error={differs ? t("account.differs") : undefined}
            onChange={(event) => setAgain(event.currentTarget.value)}
            visibilityToggleButtonProps={eye}
          />
          <Button type="submit" loading={change.isPending} style={{ alignSelf: "flex-start" }}>
            {t("account.change")}
          </Button>
        </Stack>
      </form>
    </Panel>
  );
}

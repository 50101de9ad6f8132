// Changing the own password.
import { Button, PasswordInput, Stack } from "@mantine/core";
import { useId } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { changePassword } from "../../api/session";
import { RefusalNote } from "../../parts/form/RefusalNote";
import type { Troubles } from "../../parts/form/troubles";
import { useFocusOnTrouble } from "../../parts/form/useFocusOnTrouble";
import { Panel } from "../../parts/Panel";
import { useAct } from "../../parts/useAct";
import { SESSION_KEY, useConfig } from "../../session/useSession";

const NAMES = ["old", "fresh", "again"] as const;
type Name = (typeof NAMES)[number];
const EMPTY: Record<Name, string> = { old: "", fresh: "", again: "" };

export function PasswordPanel() {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const form = useId();
  const { shortest_password: shortest } = useConfig();
  const [typed, setTyped] = useState(EMPTY);
  const [tried, setTried] = useState(0);
  const change = useAct({
    run: (input: { old: string; fresh: string }) => changePassword(input.old, input.fresh),
    touches: [],
    done: t("account.changed"),
    quiet: true,
    after: () => {
      setTyped(EMPTY);
      setTried(0);
      void cache.invalidateQueries({ queryKey: SESSION_KEY });
    },
  });
  const empty = NAMES.filter((name) => !typed[name]).map((name) => [name, t("form.required")] as const);
  const short = typed.fresh !== "" && typed.fresh.length < shortest;
  const differs = typed.again !== "" && typed.again !== typed.fresh;
  const missing: Troubles = {
    ...Object.fromEntries(empty),
    ...(short ? { fresh: t("account.rule", { count: shortest }) } : {}),
    ...(differs ? { again: t("account.differs") } : {}),
  };
  const shown: Troubles = tried ? missing : differs ? { again: t("account.differs") } : {};
  useFocusOnTrouble(form, NAMES, shown, change.error, tried);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried((times) => times + 1);
    if (Object.keys(missing).length === 0) change.mutate({ old: typed.old, fresh: typed.fresh });
  };
  const field = (name: Name) => ({
    id: `${form}-${name}`,
    required: true,
    error: shown[name],
    value: typed[name],
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget;
      setTyped((before) => ({ ...before, [name]: value }));
    },
    visibilityToggleButtonProps: { "aria-label": t("login.showPassword"), tabIndex: 0 },
  });
  return (
    <Panel title={t("account.password")}>
      <form onSubmit={submit} noValidate>
        <Stack gap="sm">
          <RefusalNote id={`${form}-refusal`} refusal={change.error} />
          <PasswordInput label={t("account.old")} autoComplete="current-password" {...field("old")} />
          <PasswordInput
            label={t("account.new")}
            description={t("account.rule", { count: shortest })}
            autoComplete="new-password"
            {...field("fresh")}
          />
          <PasswordInput label={t("account.again")} autoComplete="new-password" {...field("again")} />
          <Button type="submit" loading={change.isPending} style={{ alignSelf: "flex-start" }}>
            {t("account.change")}
          </Button>
        </Stack>
      </form>
    </Panel>
  );
}

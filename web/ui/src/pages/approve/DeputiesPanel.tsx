// Who decides in my name while I am away, and in whose name I decide.
import { Button, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import {
  type Delegation,
  delegate,
  readColleagues,
  readDelegations,
  revokeDelegation,
} from "../../api/approval";
import { instantToWall, wallToInstant } from "../../app/time";
import { useTime } from "../../app/useTime";
import { FormDialog } from "../../parts/form/FormDialog";
import { clean, type Field } from "../../parts/form/fields";
import { Panel } from "../../parts/Panel";
import { Failed, Loading } from "../../parts/states";
import { Tone } from "../../parts/Tone";
import { useAct } from "../../parts/useAct";
import { useConfig } from "../../session/useSession";
import { wordFor } from "../../text/codes";

const WEEK_MS = 7 * 86_400_000;

export function DeputiesPanel() {
  const { t } = useTranslation();
  const [adding, setAdding] = useState(false);
  const found = useQuery({ queryKey: ["delegations"], queryFn: readDelegations });
  const shown = (found.data ?? []).filter(({ standing }) => standing !== "over");
  return (
    <Panel
      title={t("approval.deputies.title")}
      aside={
        <Button size="xs" variant="default" onClick={() => setAdding(true)}>
          {t("approval.deputies.add")}
        </Button>
      }
    >
      <Stack gap="xs">
        <Text size="sm" c="dimmed">
          {t("approval.deputies.about")}
        </Text>
        {found.isPending && <Loading lines={1} />}
        {found.isError && <Failed error={found.error} retry={() => void found.refetch()} />}
        {found.isSuccess && shown.length === 0 && <Text size="sm">{t("approval.deputies.none")}</Text>}
        {shown.map((one) => (
          <DeputyLine key={one.id} one={one} />
        ))}
      </Stack>
      {adding && <AddDeputy onClose={() => setAdding(false)} />}
    </Panel>
  );
}

function DeputyLine({ one }: { one: Delegation }) {
  const { t } = useTranslation();
  const time = useTime();
  const revoke = useAct({
    run: (_: null, key) => revokeDelegation(one, key),
    touches: ["delegations", "approvals"],
    done: t("approval.deputies.revoked"),
  });
  return (
    <Group justify="space-between">
      <Text size="sm" component="div">
        {t("approval.deputies.given", {
          deputy: one.deputy_name,
          name: one.person_name,
          from: time(one.from_at),
          to: time(one.to_at),
        })}{" "}
        <Tone tone={one.standing === "in_force" ? "good" : "neutral"}>
          {wordFor(t, "approval.deputies.standing", one.standing)}
        </Tone>
      </Text>
      {one.mine && (
        <Button
          size="compact-sm"
          variant="default"
          loading={revoke.isPending}
          onClick={() => revoke.mutate(null)}
        >
          {t("approval.deputies.revoke")}
        </Button>
      )}
    </Group>
  );
}

function AddDeputy({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { timezone } = useConfig();
  const colleagues = useQuery({ queryKey: ["colleagues"], queryFn: readColleagues });
  const fields: readonly Field[] = [
    {
      name: "deputy_id",
      label: t("approval.deputies.deputy"),
      kind: "choice",
      required: true,
      choices: (colleagues.data ?? []).map(({ id, name, login }) => ({
        value: id,
        label: `${name}（${login}）`,
      })),
    },
    { name: "from_at", label: t("approval.deputies.from"), kind: "moment", required: true },
    { name: "to_at", label: t("approval.deputies.to"), kind: "moment", required: true },
    { name: "reason", label: t("approval.deputies.reason"), kind: "text", required: true },
  ];
  const send = useAct({
    run: (body: Parameters<typeof delegate>[0], key) => delegate(body, key),
    touches: ["delegations"],
    done: t("approval.deputies.saved"),
    quiet: true,
    after: onClose,
  });
  const [start] = useState(() => ({
    deputy_id: null,
    from_at: instantToWall(Date.now(), timezone),
    to_at: instantToWall(Date.now() + WEEK_MS, timezone),
    reason: "",
  }));
  return (
    <FormDialog
      title={t("approval.deputies.add")}
      fields={fields}
      start={start}
      busy={send.isPending}
      refusal={send.error}
      submit={t("approval.deputies.add")}
      onClose={onClose}
      onSend={(values) => {
        const { deputy_id, from_at, to_at, reason } = clean(fields, values);
        send.mutate({
          deputy_id: String(deputy_id),
          from_at: wallToInstant(String(from_at), timezone),
          to_at: wallToInstant(String(to_at), timezone),
          reason: String(reason),
        });
      }}
    />
  );
}

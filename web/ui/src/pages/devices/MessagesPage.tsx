// /admin/devices/:id/messages: what a locator sent in a period, stored and refused in one order of time. Asked why first.
import { Anchor, Button, Group, Stack } from "@mantine/core";
import { DateTimePicker } from "@mantine/dates";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams, useSearchParams } from "react-router";
import { readDevice } from "../../api/messages";
import { instantToWall, wallToInstant } from "../../app/time";
import { Note } from "../../parts/Note";
import { PageHeader } from "../../parts/PageHeader";
import { PurposeGate } from "../../parts/PurposeGate";
import { Failed, Loading } from "../../parts/states";
import { useConfig, useRight } from "../../session/useSession";
import { MessageList } from "./MessageList";

const HOUR_MS = 3_600_000;

export function Component() {
  const { t } = useTranslation();
  const { id = "" } = useParams();
  const [search, setSearch] = useSearchParams();
  const mayOpen = useRight("device.raw");
  const device = useQuery({ queryKey: ["devices", "one", id], queryFn: () => readDevice(id), retry: false });
  const [last] = useState(() => Date.now());
  const from = search.get("from") ?? new Date(last - HOUR_MS).toISOString();
  const to = search.get("to") ?? new Date(last).toISOString();
  const code = device.data?.code ?? "";
  return (
    <>
      <Anchor component={Link} to="/admin/devices" size="sm">
        ← {t("shell.menu.devices")}
      </Anchor>
      <PageHeader title={code ? t("sent.of", { code }) : t("sent.title")} about={t("sent.about")} />
      {device.isPending && <Loading lines={3} />}
      {device.isError && <Failed error={device.error} retry={() => void device.refetch()} />}
      {!mayOpen && <Note tone="info">{t("device.refused.mayNot")}</Note>}
      {device.isSuccess && mayOpen && (
        <Stack gap="md">
          <Period from={from} to={to} onChange={(next) => setSearch(next, { replace: true })} />
          <PurposeGate key={id} needed what={t("device.refused.what", { device: code })}>
            {(purpose, change) => (
              <MessageList key={`${from} ${to}`} wanted={{ id, from, to, purpose }} onChange={change} />
            )}
          </PurposeGate>
        </Stack>
      )}
    </>
  );
}

interface PeriodProps {
  from: string;
  to: string;
  onChange: (next: { from: string; to: string }) => void;
}

function Period({ from, to, onChange }: PeriodProps) {
  const { t } = useTranslation();
  const { timezone } = useConfig();
  const [first, setFirst] = useState<string | null>(() => instantToWall(from, timezone));
  const [last, setLast] = useState<string | null>(() => instantToWall(to, timezone));
  const wrong = first !== null && last !== null && last <= first;
  const show = () =>
    first && last && onChange({ from: wallToInstant(first, timezone), to: wallToInstant(last, timezone) });
  return (
    <Group gap="sm" align="flex-start" className="panel" p="sm">
      <DateTimePicker
        label={t("sent.from")}
        valueFormat="YYYY-MM-DD HH:mm:ss"
        withSeconds
        value={first}
        onChange={setFirst}
        w={220}
      />
      <DateTimePicker
        label={t("sent.to")}
        valueFormat="YYYY-MM-DD HH:mm:ss"
        withSeconds
        value={last}
        error={wrong && t("invalidReason.before_from")}
        onChange={setLast}
        w={220}
      />
      <Button mt={24} variant="default" disabled={!first || !last || wrong} onClick={show}>
        {t("sent.show")}
      </Button>
    </Group>
  );
}

// The messages of a period newest first; one opens to its bytes, what they mean and a frame's fields.
import { Box, Button, Group, Stack, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Message, readMessages, type Wanted } from "../../api/messages";
import { useTime } from "../../app/useTime";
import { Dialog } from "../../parts/Dialog";
import { Facts } from "../../parts/Facts";
import type { Column } from "../../parts/list/columns";
import { DataTable } from "../../parts/list/DataTable";
import { ExportMenu } from "../../parts/list/ExportMenu";
import { MoreRows } from "../../parts/list/MoreRows";
import { Note } from "../../parts/Note";
import { Empty, Failed, Loading } from "../../parts/states";
import { Tone } from "../../parts/Tone";
import { wordFor } from "../../text/codes";
import { RawMessage } from "../admin/RawMessage";

export function MessageList({ wanted, onChange }: { wanted: Wanted; onChange: () => void }) {
  const { t } = useTranslation();
  const time = useTime();
  const [opened, setOpened] = useState<Message | null>(null);
  // Every page is recorded with its purpose: nothing is read again by itself, nothing is kept.
  const pages = useInfiniteQuery({
    queryKey: ["messages", wanted],
    queryFn: ({ pageParam }) => readMessages(wanted, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor ?? null,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  const rows = pages.data?.pages.flatMap(({ items }) => items) ?? [];
  const place = (row: Message) =>
    row.lon == null || row.lat == null ? "—" : `${row.lon.toFixed(6)}, ${row.lat.toFixed(6)}`;
  const columns: Column<Message>[] = [
    { id: "at", tight: true, title: t("sent.at"), show: (row) => time(row.at, "full") },
    {
      id: "what",
      title: t("sent.what"),
      show: (row) => (
        <Tone tone={row.reason ? "warn" : "good"}>
          {row.reason ? wordFor(t, "quarantine", row.reason) : t("sent.stored")}
        </Tone>
      ),
    },
    { id: "place", tight: true, title: t("sent.place"), show: place },
    { id: "speed", title: t("sent.speed"), show: (row) => row.speed_kmh ?? "—", numeric: true },
    { id: "flags", title: t("sent.flags"), show: (row) => <Flags row={row} /> },
    { id: "detail", title: t("device.refused.detail"), show: (row) => row.detail || "—" },
    {
      id: "raw",
      title: t("device.refused.raw"),
      show: (row) => (
        <Text size="xs" ff="monospace" lineClamp={2} style={{ overflowWrap: "anywhere" }}>
          {row.raw?.content ?? t("sent.gone")}
        </Text>
      ),
    },
  ];
  return (
    <Box className="panel" style={{ overflow: "hidden" }}>
      <Group p="sm" gap="sm" justify="space-between">
        <Text size="sm" c="dimmed">
          {t("sent.shown", { count: rows.length })}
        </Text>
        <Group gap="sm">
          <Button variant="default" onClick={onChange}>
            {t("purpose.change")}
          </Button>
          <ExportMenu
            path={`/api/devices/${wanted.id}/messages` as "/api/devices/{device_id}/messages"}
            query={{ from: wanted.from, to: wanted.to, purpose: wanted.purpose }}
          />
        </Group>
      </Group>
      {pages.isPending && <Loading />}
      {pages.isError && <Failed error={pages.error} retry={() => void pages.refetch()} />}
      {pages.isSuccess && rows.length === 0 && <Empty title={t("sent.none")} hint={t("sent.noneHint")} />}
      {rows.length > 0 && (
        <DataTable
          label={t("sent.title")}
          rows={rows}
          columns={columns}
          rowKey={(row) => `${row.at} ${row.entry_id ?? ""}`}
          onOpen={setOpened}
        />
      )}
      <MoreRows pages={pages} />
      {opened && <Opened row={opened} onClose={() => setOpened(null)} />}
    </Box>
  );
}

function Flags({ row }: { row: Message }) {
  const { t } = useTranslation();
  if (row.flags.length === 0) return "—";
  return row.flags.map((flag) => wordFor(t, "fixFlag", flag)).join(t("punctuation.comma"));
}

function Opened({ row, onClose }: { row: Message; onClose: () => void }) {
  const { t } = useTranslation();
  const time = useTime();
  return (
    <Dialog size="xl" title={t("sent.one", { at: time(row.at, "full") })} onClose={onClose}>
      <Stack gap="md">
        <Facts
          facts={[
            [t("sent.what"), row.reason ? wordFor(t, "quarantine", row.reason) : t("sent.stored")],
            row.detail ? [t("device.refused.detail"), row.detail] : null,
            [t("sent.received"), time(row.received_at, "full")],
            row.reason ? null : [t("sent.flags"), <Flags key="flags" row={row} />],
            row.settled_as ? [t("device.refused.became"), wordFor(t, "settledAs", row.settled_as)] : null,
          ]}
        />
        {row.raw ? <RawMessage raw={row.raw} /> : <Note tone="info">{t("sent.goneMeans")}</Note>}
      </Stack>
    </Dialog>
  );
}

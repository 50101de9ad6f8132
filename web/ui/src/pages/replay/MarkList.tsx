// What happened, in order of time: pressing an entry sets the clock there. The marks above the chart, as a list.
import { Anchor, Group, NativeSelect, Text } from "@mantine/core";
import { memo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { duration } from "../../app/measure";
import { useTime } from "../../app/useTime";
import type { Column } from "../../parts/list/columns";
import { DataTable } from "../../parts/list/DataTable";
import { MoreRows } from "../../parts/list/MoreRows";
import { Panel } from "../../parts/Panel";
import { Empty } from "../../parts/states";
import { wordFor } from "../../text/codes";
import { useName } from "../../text/names";
import { showPlate } from "../../text/plates";
import { MARK_KINDS, type Mark } from "./marks";
import { SIGNS } from "./SpeedChart";

const ROWS_AT_ONCE = 100;

interface MarkListProps {
  marks: readonly Mark[];
  kind: string;
  onKind: (kind: string | null) => void;
  chosenKey: string | null;
  onSeek: (ms: number) => void;
}

export const MarkList = memo(function MarkList({ marks, kind, onKind, chosenKey, onSeek }: MarkListProps) {
  const { t } = useTranslation();
  const columns = useColumns();
  const [most, setMost] = useState(ROWS_AT_ONCE);
  return (
    <Panel
      flush
      title={t("replay.happened")}
      aside={
        <NativeSelect
          aria-label={t("drives.kindTitle")}
          value={kind}
          onChange={(event) => onKind(event.currentTarget.value || null)}
          data={[
            { value: "", label: t("list.allOf", { what: t("drives.kindTitle") }) },
            ...MARK_KINDS.map((value) => ({ value, label: t(`replay.kind.${value}`) })),
          ]}
        />
      }
    >
      {marks.length === 0 ? (
        <Empty title={t("replay.nothingHappened")} icon="clock" />
      ) : (
        <DataTable
          label={t("replay.happened")}
          rows={marks.slice(0, most)}
          columns={columns}
          rowKey={({ id }) => id}
          onOpen={({ atMs }) => onSeek(atMs)}
          chosenKey={chosenKey}
        />
      )}
      <MoreRows
        pages={{
          hasNextPage: marks.length > most,
          isFetchingNextPage: false,
          fetchNextPage: () => setMost(most + ROWS_AT_ONCE),
        }}
      />
    </Panel>
  );
});

function useColumns(): Column<Mark>[] {
  const { t } = useTranslation();
  const time = useTime();
  const name = useName();
  return [
    {
      id: "at",
      title: t("drives.start"),
      tight: true,
      show: ({ atMs }) => <span className="num">{time(atMs)}</span>,
    },
    { id: "plate", title: t("vehicle.plate"), tight: true, show: ({ plate }) => showPlate(plate) },
    {
      id: "what",
      title: t("replay.what"),
      show: (mark) => (
        <Group gap={6} wrap="nowrap" display="inline-flex">
          <svg width="12" height="12" viewBox="-6 -6 12 12" aria-hidden="true" style={{ flex: "none" }}>
            <path d={SIGNS[mark.kind]} data-kind={mark.kind} className="replay-sign" />
          </svg>
          <What mark={mark} />
        </Group>
      ),
    },
    {
      id: "length",
      title: t("drives.duration"),
      numeric: true,
      tight: true,
      show: ({ kind, atMs, endMs }) =>
        endMs === null
          ? kind === "stop" || kind === "alert"
            ? t("drives.goesOn")
            : "—"
          : duration(t, (endMs - atMs) / 1000),
    },
    { id: "where", title: t("drives.where"), show: (mark) => name(mark.name, mark.nameEn) ?? "—" },
  ];
}

function What({ mark: { kind, what, number, linkId } }: { mark: Mark }) {
  const { t } = useTranslation();
  if (kind === "stop") return t("drives.kind.stop");
  if (kind === "fence") return t(`replay.fence.${what}`);
  const said =
    kind === "alert"
      ? t("drives.alert", { rule: wordFor(t, "ruleName", what), number })
      : t(`replay.order.${what}`, { number });
  return (
    <Anchor
      component={Link}
      to={kind === "alert" ? `/alerts/${linkId}` : `/trips/${linkId}`}
      size="sm"
      className="touch-link"
      onClick={(event) => event.stopPropagation()}
    >
      <Text span>{said}</Text>
    </Anchor>
  );
}

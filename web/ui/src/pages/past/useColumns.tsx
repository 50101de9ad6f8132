// The columns of the diary: when, what, where, how far and fast, under which order, what was suspected.
import { Anchor, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { distance, duration } from "../../app/measure";
import { useTime } from "../../app/useTime";
import { Driver } from "../../parts/Driver";
import { Icon } from "../../parts/Icon";
import type { Column } from "../../parts/list/columns";
import { OrderLink } from "../../parts/OrderLink";
import { wordFor } from "../../text/codes";
import { useName } from "../../text/names";
import { type DiaryEntry, secondsOf } from "./diary";

export function useColumns(severalDays: boolean, seesEveryOrder: boolean): Column<DiaryEntry>[] {
  const { t } = useTranslation();
  const time = useTime();
  const style = severalDays ? "minute" : "clock";
  const speed = (kmh: number | null) => (kmh === null ? "—" : t("measure.kmh", { value: Math.round(kmh) }));
  return [
    {
      id: "start",
      title: t("drives.start"),
      sort: "start",
      tight: true,
      show: (entry) => <Span entry={entry} style={style} time={time} />,
    },
    { id: "kind", title: t("drives.kindTitle"), tight: true, show: (entry) => <Kind entry={entry} /> },
    {
      id: "duration",
      title: t("drives.duration"),
      sort: "duration",
      numeric: true,
      tight: true,
      show: (entry) => (entry.endMs === null ? t("drives.goesOn") : duration(t, secondsOf(entry))),
    },
    { id: "where", title: t("drives.where"), width: 260, show: (entry) => <Where entry={entry} /> },
    {
      id: "distance",
      title: t("drives.distance"),
      sort: "distance",
      numeric: true,
      tight: true,
      show: (entry) => (entry.kind === "drive" ? <Lengths row={entry.row} /> : "—"),
    },
    {
      id: "mean",
      title: t("drives.mean"),
      sort: "mean",
      numeric: true,
      tight: true,
      show: (entry) => (entry.kind === "drive" ? speed(entry.row.mean_speed_kmh) : "—"),
    },
    {
      id: "top",
      title: t("drives.top"),
      sort: "top",
      numeric: true,
      tight: true,
      show: (entry) => (entry.kind === "drive" ? speed(entry.row.top_speed_kmh) : "—"),
    },
    {
      id: "order",
      title: t("drives.order"),
      tight: true,
      show: (entry) => {
        if (entry.kind === "stop") return "—";
        if (entry.row.order_id) return <OrderLink id={entry.row.order_id} number={entry.row.order_no} />;
        return t(seesEveryOrder ? "drives.noOrder" : "drives.noOrderForYou");
      },
    },
    {
      id: "driver",
      title: t("order.driver"),
      show: (entry) => (entry.kind === "drive" ? <Driver driven={entry.row} /> : "—"),
    },
    {
      id: "alerts",
      title: t("drives.alerts"),
      sort: "alerts",
      show: ({ row }) => <Alerts alerts={row.alerts} />,
    },
  ];
}

interface SpanProps {
  entry: DiaryEntry;
  style: "minute" | "clock";
  time: ReturnType<typeof useTime>;
}

function Span({ entry, style, time }: SpanProps) {
  const { t } = useTranslation();
  const from = time(entry.startMs, style);
  return (
    <span className="num">
      {entry.endMs === null
        ? t("drives.since", { from })
        : t("drives.span", { from, to: time(entry.endMs, "clock") })}
    </span>
  );
}

/** By the track; below it on the roads and by the dashboard, where those are known. */
function Lengths({ row }: { row: Extract<DiaryEntry, { kind: "drive" }>["row"] }) {
  const { t } = useTranslation();
  const others = [
    row.matched_m !== null && t("mileage.more", { matched: distance(t, row.matched_m) }),
    row.odometer_m !== null && t("mileage.dash", { odometer: distance(t, row.odometer_m) }),
  ].filter((told) => told !== false);
  return (
    <>
      {distance(t, row.distance_m)}
      {others.map((told) => (
        <Text key={told} span display="block" size="xs" c="dimmed">
          {told}
        </Text>
      ))}
    </>
  );
}

function Kind({ entry: { kind } }: { entry: DiaryEntry }) {
  const { t } = useTranslation();
  return (
    <Group component="span" gap={6} wrap="nowrap" display="inline-flex">
      <Icon name={kind === "drive" ? "vehicles" : "pin"} size={16} />
      {t(`drives.kind.${kind}`)}
    </Group>
  );
}

function Where({ entry }: { entry: DiaryEntry }) {
  const { t } = useTranslation();
  const name = useName();
  if (entry.kind === "stop") return name(entry.row.place, entry.row.place_en) ?? entry.row.area_name ?? "—";
  const { row } = entry;
  const from = name(row.start_place, row.start_place_en);
  const to = name(row.end_place, row.end_place_en);
  return (
    <>
      {from && to ? t("past.fromTo", { from, to }) : from ? t("past.from", { from }) : "—"}
      {row.gap_s > 0 && (
        <Text span display="block" size="xs" c="dimmed">
          {t("drives.gap", { duration: duration(t, row.gap_s) })}
        </Text>
      )}
    </>
  );
}

function Alerts({ alerts }: { alerts: DiaryEntry["row"]["alerts"] }) {
  const { t } = useTranslation();
  if (alerts.length === 0) return "—";
  return (
    <Stack gap={8} align="flex-start">
      {alerts.map(({ id, rule, alert_no }) => (
        <Anchor
          key={id}
          component={Link}
          to={`/alerts/${id}`}
          size="sm"
          className="touch-link"
          onClick={(event) => event.stopPropagation()}
        >
          {t("drives.alert", { rule: wordFor(t, "ruleName", rule), number: alert_no })}
        </Anchor>
      ))}
    </Stack>
  );
}

// What is known while the form is being filled in: the way and its time, what kind of day it is, what the
// approver will have to allow.
import { Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { OrderPlace } from "../../api/orders";
import { type Route, routeBetween } from "../../api/places";
import { readCalendar } from "../../api/register";
import { distance, duration } from "../../app/measure";
import { wallToInstant } from "../../app/time";
import { EvidenceMap } from "../../map/EvidenceMap";
import { Facts } from "../../parts/Facts";
import { Note } from "../../parts/Note";
import { Panel } from "../../parts/Panel";
import { useConfig } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { calendarNotes, type Draft, USUAL_NOTICE_MIN } from "./draft";

const NO_FIXES: readonly never[] = [];

export function BookChecks({ draft }: { draft: Draft }) {
  const { t } = useTranslation();
  const { timezone } = useConfig();
  const { origin, destination } = draft;
  const route = useWay(origin, destination);
  const back = useWay(draft.roundTrip ? destination : null, origin);
  const whole = draft.roundTrip ? back.data && route.data && sum(route.data, back.data) : route.data;
  const year = Number(draft.startWall.slice(0, 4));
  const calendar = useQuery({
    queryKey: ["calendar", year],
    queryFn: () => readCalendar(year),
    enabled: year >= 2000,
    staleTime: 3_600_000,
  });
  const notes = draft.startWall ? calendarNotes(draft, calendar.data ?? []) : null;
  const noticeMin = draft.startWall
    ? (Date.parse(wallToInstant(draft.startWall, timezone)) - Date.now()) / 60_000
    : null;

  return (
    <Panel title={t("book.checks.title")} flush={false}>
      <Stack gap="sm">
        {origin || destination ? (
          <EvidenceMap
            label={t("book.checks.map")}
            height={300}
            fixes={NO_FIXES}
            planned={route.data?.geometry ?? null}
            corridor={null}
            origin={origin}
            destination={destination}
          />
        ) : (
          <Text size="sm" c="dimmed">
            {t("book.checks.empty")}
          </Text>
        )}
        {route.data && (
          <Facts
            facts={[
              [t("book.checks.oneWay"), wayWords(t, route.data)],
              draft.roundTrip && whole ? [t("book.checks.whole"), wayWords(t, whole)] : null,
              [t("book.checks.source"), wordFor(t, "travelTimes", route.data.source)],
            ]}
          />
        )}
        {route.isError && <Text size="sm">{t("book.checks.noRoute")}</Text>}
        {whole && whole.duration_s > draft.durationMin * 60 && (
          <Note tone="warn">{t("book.checks.tooShort")}</Note>
        )}
        {notes?.off && (
          <Note tone="warn">
            {t("book.checks.dayOff", { kind: notes.name || wordFor(t, "dayKind", notes.kind) })}
          </Note>
        )}
        {notes?.offHours && !notes.off && <Note tone="warn">{t("book.checks.offHours")}</Note>}
        {noticeMin !== null && noticeMin >= 0 && noticeMin < USUAL_NOTICE_MIN && (
          <Note tone="warn">{t("book.checks.shortNotice", { minutes: USUAL_NOTICE_MIN })}</Note>
        )}
        {notes && !notes.off && !notes.offHours && <Text size="sm">{t("book.checks.fine")}</Text>}
      </Stack>
    </Panel>
  );
}

type Length = Pick<Route, "distance_m" | "duration_s">;

const sum = (one: Length, other: Length): Length => ({
  distance_m: one.distance_m + other.distance_m,
  duration_s: one.duration_s + other.duration_s,
});

const wayWords = (t: TFunction, way: Length): string =>
  `${distance(t, way.distance_m)} · ${duration(t, way.duration_s)}`;

function useWay(from: OrderPlace | null, to: OrderPlace | null) {
  return useQuery({
    queryKey: ["route", from, to],
    queryFn: ({ signal }) => {
      if (!from || !to) throw new Error("asked without both ends");
      return routeBetween(from, to, signal);
    },
    enabled: from !== null && to !== null,
    staleTime: 300_000,
  });
}

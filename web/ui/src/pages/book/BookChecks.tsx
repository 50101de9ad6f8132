// What is known while the form is being filled in: the way and its time, what kind of day it is, what the
// approver will have to allow.
import { Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { routeBetween } from "../../api/places";
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
  const route = useQuery({
    queryKey: ["route", origin, destination],
    queryFn: ({ signal }) => {
      if (!origin || !destination) throw new Error("asked without both ends");
      return routeBetween(origin, destination, signal);
    },
    enabled: origin !== null && destination !== null,
    staleTime: 300_000,
  });
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
              [t("book.checks.distance"), distance(t, route.data.distance_m)],
              [t("book.checks.duration"), duration(t, route.data.duration_s)],
              [t("book.checks.source"), wordFor(t, "travelTimes", route.data.source)],
            ]}
          />
        )}
        {route.isError && <Text size="sm">{t("book.checks.noRoute")}</Text>}
        {route.data && route.data.duration_s * (draft.roundTrip ? 2 : 1) > draft.durationMin * 60 && (
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

// One event at a fence: how it was found each time, the fence it is of, and the vehicle's track of that day.
import { Button, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { type EventRevision, type FenceEvent, readEventRevisions } from "../../api/fences";
import { duration } from "../../app/measure";
import { dayOf } from "../../app/time";
import { useTime } from "../../app/useTime";
import { Dialog } from "../../parts/Dialog";
import type { Column } from "../../parts/list/columns";
import { DataTable } from "../../parts/list/DataTable";
import { Note } from "../../parts/Note";
import { Failed, Loading } from "../../parts/states";
import { useConfig } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { useName } from "../../text/names";
import { showPlate } from "../../text/plates";
import { PastDialog } from "../map/PastDialog";

interface EventDialogProps {
  event: FenceEvent;
  purpose: string | undefined;
  onClose: () => void;
}

export function EventDialog({ event, purpose, onClose }: EventDialogProps) {
  const { t } = useTranslation();
  const named = useName();
  const time = useTime();
  const { timezone } = useConfig();
  const [past, setPast] = useState(false);
  const plate = showPlate(event.plate);
  const revisions = useQuery({
    queryKey: ["fence-events", "one", event.id, purpose],
    queryFn: () => readEventRevisions(event.id, purpose),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const columns: Column<EventRevision>[] = [
    { id: "no", tight: true, title: t("fenceEvents.revision"), show: (row) => row.revision },
    {
      id: "happened",
      tight: true,
      title: t("fenceEvents.happened"),
      show: (row) => (row.withdrawn ? t("fenceEvents.tookBack") : time(row.happened_at)),
    },
    { id: "known", tight: true, title: t("fenceEvents.known"), show: (row) => time(row.known_at) },
    {
      id: "stayed",
      title: t("fenceEvents.stayed"),
      show: (row) => (row.stayed_s === null ? "—" : duration(t, row.stayed_s)),
      numeric: true,
    },
    { id: "why", title: t("fenceEvents.why"), show: (row) => wordFor(t, "fenceEventWhy", row.why) },
    {
      id: "written",
      tight: true,
      title: t("fenceEvents.written"),
      show: (row) => time(row.written_at),
    },
  ];
  if (past) {
    return (
      <PastDialog
        vehicleId={event.vehicle_id}
        plate={plate}
        day={dayOf(Date.parse(event.happened_at), timezone)}
        onClose={() => setPast(false)}
      />
    );
  }
  const fence = named(event.name, event.name_en);
  return (
    <Dialog
      size="xl"
      title={t("fenceEvents.one", { plate, fence, event: wordFor(t, "fenceEvent", event.event) })}
      onClose={onClose}
    >
      <Stack gap="md">
        {event.withdrawn && <Note tone="warn">{t("fenceEvents.withdrawnMeans")}</Note>}
        <Text size="sm">
          {t("fenceEvents.version", { version: event.version_no, code: event.code })}
          {event.told ? ` · ${t("fenceEvents.told")}` : ""}
        </Text>
        {revisions.isPending && <Loading lines={3} />}
        {revisions.isError && <Failed error={revisions.error} retry={() => void revisions.refetch()} />}
        {revisions.isSuccess && (
          <DataTable
            label={t("fenceEvents.revisions")}
            rows={revisions.data}
            columns={columns}
            rowKey={({ revision }) => String(revision)}
          />
        )}
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            {t("common.close")}
          </Button>
          <Button
            component={Link}
            to={`/admin/areas/events?vehicle=${event.vehicle_id}`}
            variant="default"
            onClick={onClose}
          >
            {t("fenceEvents.ofVehicle")}
          </Button>
          <Button onClick={() => setPast(true)}>{t("fenceEvents.track")}</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

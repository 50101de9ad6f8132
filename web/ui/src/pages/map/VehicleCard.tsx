// The chosen vehicle: state in words, order, driver, age of the data, open suspicion, and, when it is not on the
// map, why.
import { Box, Button, CloseButton, Group, Stack, Text } from "@mantine/core";
import { type Ref, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useRight } from "../../session/useSession";
import { showPlate } from "../../text/plates";
import { PastDialog } from "./PastDialog";
import type { VehicleRow } from "./rows";
import { StateMark } from "./StateMark";
import { VehicleFacts } from "./VehicleFacts";
import { WhyNot } from "./WhyNot";

interface VehicleCardProps {
  item: VehicleRow;
  nowMs: number;
  /** The whole card, for whoever must know what it covers. */
  cardRef: Ref<HTMLElement>;
  onClose: () => void;
}

export function VehicleCard({ item, nowMs, cardRef, onClose }: VehicleCardProps) {
  const { t } = useTranslation();
  const { row, state } = item;
  const plate = showPlate(row.plate);
  return (
    <Box component="section" ref={cardRef} className="panel map-card" aria-label={t("map.card", { plate })}>
      <Stack gap="sm" p="md">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <div>
            <Text fw={700} size="lg" className="num">
              {plate}
            </Text>
            <Group gap={6}>
              <StateMark state={state} />
              <Text size="sm">{t(`map.state.${state}`)}</Text>
            </Group>
          </div>
          <CloseButton aria-label={t("common.close")} onClick={onClose} />
        </Group>
        {state === "absent" || state === "hidden" ? <WhyNot vehicleId={row.id} /> : null}
        <VehicleFacts item={item} nowMs={nowMs} />
        <Onward item={item} plate={plate} />
      </Stack>
    </Box>
  );
}

function Onward({ item: { row }, plate }: { item: VehicleRow; plate: string }) {
  const { t } = useTranslation();
  const maySeeAlerts = useRight("alert.view");
  const maySeeTrack = useRight("track.view");
  const maySeeFences = useRight("area.view");
  const [past, setPast] = useState(false);
  const words = encodeURIComponent(row.plate);
  return (
    <Group gap="xs">
      {row.alert_id && (
        <Button component={Link} to={`/alerts/${row.alert_id}`} size="xs" color="red">
          {t("map.openAlert")}
        </Button>
      )}
      {maySeeTrack && (
        <Button size="xs" variant="default" onClick={() => setPast(true)}>
          {t("past.open")}
        </Button>
      )}
      {maySeeTrack && (
        <Button component={Link} to={`/vehicles/${row.id}/drives`} size="xs" variant="default">
          {t("shell.menu.drives")}
        </Button>
      )}
      {maySeeFences && (
        <Button component={Link} to={`/admin/areas/events?vehicle=${row.id}`} size="xs" variant="default">
          {t("fenceEvents.title")}
        </Button>
      )}
      {maySeeTrack && (
        <Button component={Link} to={`/replay?vehicles=${row.id}`} size="xs" variant="default">
          {t("replay.open")}
        </Button>
      )}
      <Button component={Link} to={`/trips?q=${words}`} size="xs" variant="default">
        {t("map.tripsOf")}
      </Button>
      {maySeeAlerts && (
        <Button component={Link} to={`/alerts?q=${words}`} size="xs" variant="default">
          {t("map.alertsOf")}
        </Button>
      )}
      {past && <PastDialog vehicleId={row.id} plate={plate} onClose={() => setPast(false)} />}
    </Group>
  );
}

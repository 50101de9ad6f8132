// The chosen vehicle: state in words, order, driver, age of the data, open suspicion, and, when it is not on the
// map, why.
import { Box, Button, CloseButton, Group, Stack, Text } from "@mantine/core";
import type { Ref } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useRight } from "../../session/useSession";
import { showPlate } from "../../text/plates";
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
        <Onward item={item} />
      </Stack>
    </Box>
  );
}

function Onward({ item: { row } }: { item: VehicleRow }) {
  const { t } = useTranslation();
  const maySeeAlerts = useRight("alert.view");
  return (
    <Group gap="xs">
      {row.alert_id && (
        <Button component={Link} to={`/alerts/${row.alert_id}`} size="xs" color="red">
          {t("map.openAlert")}
        </Button>
      )}
      {maySeeAlerts && (
        <Button
          component={Link}
          to={`/alerts?q=${encodeURIComponent(row.plate)}`}
          size="xs"
          variant="default"
        >
          {t("map.alertsOf")}
        </Button>
      )}
    </Group>
  );
}

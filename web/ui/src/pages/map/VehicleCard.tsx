// What is known of the chosen vehicle now: state in words, order, driver, age of the data, open suspicion,
// and, when it is not on the map, why.
import { Anchor, Button, CloseButton, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useTime } from "../../app/useTime";
import { Facts } from "../../parts/Facts";
import { useRight } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { useName } from "../../text/names";
import { Age } from "./Age";
import type { VehicleRow } from "./rows";
import { StateMark } from "./StateMark";
import { WhyNot } from "./WhyNot";

interface VehicleCardProps {
  item: VehicleRow;
  nowMs: number;
  onClose: () => void;
}

export function VehicleCard({ item, nowMs, onClose }: VehicleCardProps) {
  const { t } = useTranslation();
  const time = useTime();
  const name = useName();
  const maySeeTrack = useRight("track.view");
  const { row, live, state } = item;
  const fixedMs = live?.fixedMs ?? null;
  return (
    <Stack
      component="section"
      gap="sm"
      p="md"
      className="panel map-card"
      aria-label={t("map.card", { plate: row.plate })}
    >
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div>
          <Text fw={700} size="lg" className="num">
            {row.plate}
          </Text>
          <Group gap={6}>
            <StateMark state={state} />
            <Text size="sm">{t(`map.state.${state}`)}</Text>
          </Group>
        </div>
        <CloseButton aria-label={t("common.close")} onClick={onClose} />
      </Group>
      {state === "absent" ? <WhyNot vehicleId={row.id} /> : null}
      <Facts
        facts={[
          [t("vehicle.unit"), name(row.unit_name, row.unit_name_en)],
          [t("vehicle.class"), wordFor(t, "vehicleClass", row.vehicle_class)],
          [
            t("vehicle.order"),
            row.order_id ? (
              <Anchor key="order" component={Link} to={`/trips/${row.order_id}`} size="sm">
                {t("order.number", { number: row.order_no })}
              </Anchor>
            ) : (
              t("map.noOrder")
            ),
          ],
          row.order_destination ? [t("order.destination"), row.order_destination] : null,
          row.order_planned_end_at ? [t("order.plannedEnd"), time(row.order_planned_end_at)] : null,
          row.driver_name ? [t("order.driver"), row.driver_name] : null,
          [
            t("map.speedName"),
            live?.speedKmh === null || live === null
              ? "—"
              : t("map.speed", { speed: Math.round(live.speedKmh) }),
          ],
          [
            t("map.lastFix"),
            <span key="age" title={time(fixedMs, "full")}>
              <Age fixedMs={fixedMs} nowMs={nowMs} />
              {fixedMs ? ` (${time(fixedMs, "clock")})` : ""}
            </span>,
          ],
          live?.poor ? [t("map.quality"), t("map.poor")] : null,
        ]}
      />
      <Group gap="xs">
        {row.alert_id && (
          <Button component={Link} to={`/alerts/${row.alert_id}`} size="xs" color="red">
            {t("map.openAlert")}
          </Button>
        )}
        {maySeeTrack && (
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
    </Stack>
  );
}

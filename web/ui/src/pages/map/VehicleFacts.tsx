// What is known of one vehicle now, as names and values. What is not for this person is said so, never shown as
// nothing.
import { Anchor } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useTime } from "../../app/useTime";
import { Facts } from "../../parts/Facts";
import { flagWords, wordFor } from "../../text/codes";
import { useName } from "../../text/names";
import { Age, ageWords } from "./Age";
import type { VehicleRow } from "./rows";

export function VehicleFacts({ item, nowMs }: { item: VehicleRow; nowMs: number }) {
  const { t } = useTranslation();
  const name = useName();
  const { row, live, state } = item;
  const hidden = state === "hidden";
  const speed = live?.speedKmh ?? null;
  return (
    <Facts
      facts={[
        [t("vehicle.unit"), name(row.unit_name, row.unit_name_en)],
        [t("vehicle.class"), wordFor(t, "vehicleClass", row.vehicle_class)],
        ...useOrderFacts(item),
        [
          t("map.speedNow"),
          hidden
            ? t("common.notVisible")
            : speed === null
              ? "—"
              : t("map.speed", { speed: Math.round(speed) }),
        ],
        [t("map.lastFix"), hidden ? t("common.notVisible") : <LastFix key="age" item={item} nowMs={nowMs} />],
        live?.quality ? [t("map.quality"), flagWords(t, live.quality)] : null,
      ]}
    />
  );
}

/** The running order with its purpose and driver; without one, whether this person could know of one. */
function useOrderFacts({ row }: VehicleRow) {
  const { t } = useTranslation();
  const time = useTime();
  if (!row.order_id) {
    const none = t(row.sees_every_order ? "map.noOrder" : "map.noOrderForYou");
    return [[t("vehicle.order"), none] as const];
  }
  return [
    [
      t("vehicle.order"),
      <Anchor key="order" component={Link} to={`/trips/${row.order_id}`} size="sm">
        {t("order.number", { number: row.order_no })}
      </Anchor>,
    ] as const,
    row.order_purpose ? ([t("order.purpose"), row.order_purpose] as const) : null,
    row.order_destination ? ([t("order.destination"), row.order_destination] as const) : null,
    row.order_planned_end_at ? ([t("order.plannedEnd"), time(row.order_planned_end_at)] as const) : null,
    row.driver_name ? ([t("order.driver"), row.driver_name] as const) : null,
    row.driver_phone
      ? ([
          t("map.driverPhone"),
          <Anchor key="phone" href={`tel:${row.driver_phone}`} size="sm">
            {row.driver_phone}
          </Anchor>,
        ] as const)
      : null,
  ];
}

function LastFix({ item, nowMs }: { item: VehicleRow; nowMs: number }) {
  const { t } = useTranslation();
  const time = useTime();
  const fixedMs = item.live?.fixedMs ?? null;
  if (fixedMs === null) return <Age fixedMs={null} nowMs={nowMs} />;
  const age = ageWords(t, Math.max(0, (nowMs - fixedMs) / 1000));
  return (
    <span title={time(fixedMs, "full")}>{t("map.lastFixAt", { age, clock: time(fixedMs, "clock") })}</span>
  );
}

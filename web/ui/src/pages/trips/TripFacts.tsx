// Who goes where, when and why; planned beside actual.
import { useTranslation } from "react-i18next";
import type { OrderDetail } from "../../api/orders";
import { distance, duration, money } from "../../app/measure";
import { useTime } from "../../app/useTime";
import { Facts } from "../../parts/Facts";
import { spanOf, wayOf } from "../../parts/orderWords";
import { Panel } from "../../parts/Panel";
import { wordFor } from "../../text/codes";
import { useName } from "../../text/names";

export function TripFacts({ order }: { order: OrderDetail }) {
  const { t, i18n } = useTranslation();
  const time = useTime();
  const name = useName();
  const approvals = [
    order.off_hours_approved ? t("trips.offHoursApproved") : null,
    order.holiday_approved ? t("trips.holidayApproved") : null,
  ].filter(Boolean);
  return (
    <Panel title={t("trips.facts")}>
      <Facts
        facts={[
          [t("order.where"), wayOf(order)],
          [t("order.when"), spanOf(order, time)],
          [t("order.requester"), order.requester_name ?? "—"],
          [t("order.unit"), name(order.unit_name, order.unit_name_en)],
          [t("order.passengers"), order.passengers],
          [t("order.purpose"), `${wordFor(t, "purposeKind", order.purpose)} · ${order.purpose_text || "—"}`],
          [t("order.type"), wordFor(t, "orderType", order.type)],
          order.class_wanted ? [t("book.class"), wordFor(t, "vehicleClass", order.class_wanted)] : null,
          approvals.length ? [t("trips.approvedFor"), approvals.join(t("punctuation.comma"))] : null,
          order.route_distance_m !== null
            ? [
                t("order.route"),
                `${distance(t, order.route_distance_m)} · ${duration(t, order.route_duration_s)}`,
              ]
            : null,
          order.departed_at ? [t("order.departed"), time(order.departed_at)] : null,
          order.arrived_at ? [t("trips.arrived"), time(order.arrived_at)] : null,
          order.returned_at ? [t("order.returned"), time(order.returned_at)] : null,
          order.depart_odometer_km !== null
            ? [t("trips.odometer"), `${order.depart_odometer_km} → ${order.return_odometer_km ?? "…"} km`]
            : null,
          order.distance_m !== null
            ? [
                t("order.distance"),
                `${distance(t, order.distance_m)} (${wordFor(t, "distanceSource", order.distance_source)})`,
              ]
            : null,
          order.cost_cents !== null ? [t("order.cost"), money(order.cost_cents, i18n.language)] : null,
        ]}
      />
    </Panel>
  );
}

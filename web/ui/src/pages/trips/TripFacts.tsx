// Who goes where, when and why; planned beside actual.
import type { TFunction } from "i18next";
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
  // Assigning plans the way from the depot and back; an order given back keeps it until it is assigned again.
  const withDepot = order.plate !== null || order.state === "reassigning";
  return (
    <Panel title={t("trips.facts")}>
      <Facts
        facts={[
          [t("order.where"), wayOf(order)],
          [t("trips.kind"), t(order.round_trip ? "trips.roundTrip" : "trips.single")],
          [t("order.when"), spanOf(order, time)],
          [t("trips.flexible"), flexibilityOf(t, order)],
          [t("order.requester"), order.requester_name ?? "—"],
          [t("order.unit"), name(order.unit_name, order.unit_name_en)],
          [t("order.passengers"), order.passengers],
          [t("order.purpose"), `${wordFor(t, "purposeKind", order.purpose)} · ${order.purpose_text || "—"}`],
          [t("order.type"), wordFor(t, "orderType", order.type)],
          order.class_wanted ? [t("book.class"), wordFor(t, "vehicleClass", order.class_wanted)] : null,
          ...saidMore(t, order),
          approvals.length ? [t("trips.approvedFor"), approvals.join(t("punctuation.comma"))] : null,
          order.route_distance_m !== null
            ? [
                t("order.route"),
                t(withDepot ? "trips.wholeWithDepot" : order.round_trip ? "trips.whole" : "trips.oneWay", {
                  way: `${distance(t, order.route_distance_m)} · ${duration(t, order.route_duration_s)}`,
                }),
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
                t("trips.measured", {
                  distance: distance(t, order.distance_m),
                  source: wordFor(t, "distanceSource", order.distance_source),
                }),
              ]
            : null,
          order.cost_cents !== null ? [t("order.cost"), money(order.cost_cents, i18n.language)] : null,
        ]}
      />
    </Panel>
  );
}

/** What few trips say: each only where it was said. */
function saidMore(t: TFunction, order: OrderDetail): readonly ([string, string] | null)[] {
  const stays = order.stops.filter(({ stay_min }) => stay_min);
  const contact = [order.contact_name, order.contact_phone].filter(Boolean).join(" ");
  return [
    stays.length
      ? [
          t("book.stay"),
          stays
            .map((stop) => `${stop.name} ${duration(t, (stop.stay_min ?? 0) * 60)}`)
            .join(t("punctuation.comma")),
        ]
      : null,
    order.luggage ? [t("book.luggage"), String(order.luggage)] : null,
    order.equipment ? [t("book.equipment"), order.equipment] : null,
    order.wheelchairs ? [t("book.wheelchairs"), String(order.wheelchairs)] : null,
    order.self_drive ? [t("order.driver"), t("book.selfDrive")] : null,
    contact ? [t("book.contact"), contact] : null,
    order.service_kind
      ? [
          t("book.serviceKind"),
          [wordFor(t, "serviceKind", order.service_kind), order.for_plate].filter(Boolean).join(" · "),
        ]
      : null,
    order.rental_use ? [t("book.rentalUse"), wordFor(t, "rentalUse", order.rental_use)] : null,
    order.shareable ? [t("book.sharing"), t("book.shareable")] : null,
  ];
}

function flexibilityOf(t: TFunction, order: OrderDetail): string {
  const { latest_start_at: latest, planned_start_at: planned } = order;
  const seconds = latest ? (Date.parse(latest) - Date.parse(planned)) / 1000 : 0;
  return seconds > 0 ? t("book.plusMinus", { duration: duration(t, seconds) }) : t("book.notFlexible");
}

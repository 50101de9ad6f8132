// Who, where, when, and whether an order was there; measured values with their units.
import { Anchor } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { AlertDetail } from "../../api/alerts";
import { measured } from "../../app/measure";
import { useTime } from "../../app/useTime";
import { Driver } from "../../parts/Driver";
import { Facts } from "../../parts/Facts";
import { Panel } from "../../parts/Panel";
import { wordFor } from "../../text/codes";
import { useName } from "../../text/names";
import { showPlate } from "../../text/plates";

export function AlertFacts({ alert }: { alert: AlertDetail }) {
  const { t } = useTranslation();
  const time = useTime();
  const unitName = useName();
  return (
    <Panel title={t("alert.facts")}>
      <Facts
        facts={[
          [t("vehicle.plate"), showPlate(alert.plate)],
          [t("alert.unit"), unitName(alert.unit_name, alert.unit_name_en) ?? t("map.noUnit")],
          [
            t("vehicle.order"),
            alert.order_id ? (
              <Anchor key="order" component={Link} to={`/trips/${alert.order_id}`} size="sm">
                {t("order.number", { number: alert.order_no })}
              </Anchor>
            ) : (
              <strong key="none">{t("alert.noOrder")}</strong>
            ),
          ],
          alert.driver_source || alert.driver_name
            ? [t("order.driver"), <Driver key="driver" driven={alert} />]
            : null,
          [t("alert.started"), time(alert.started_at, "full")],
          [t("alert.place"), unitName(alert.place, alert.place_en) ?? coordinatesOf(alert)],
          [t("alert.ended"), alert.ended_at ? time(alert.ended_at, "full") : t("alert.goingOn")],
          [t("alert.detected"), time(alert.detected_at, "full")],
          [t("alert.state"), wordFor(t, "alertState", alert.state)],
          // The track goes on; the figures are those of the last judgement.
          alert.ended_at ? null : [t("alert.asOf"), time(alert.evidence.fixes_to, "full")],
          ...Object.entries(alert.metrics).map(
            ([name, value]) =>
              [t(`metric.${name}`, { defaultValue: name }), measured(t, name, value)] as const,
          ),
        ]}
      />
    </Panel>
  );
}

const coordinatesOf = ({ lon, lat }: AlertDetail): string =>
  lon === null || lat === null ? "—" : `${lon.toFixed(5)}, ${lat.toFixed(5)}`;

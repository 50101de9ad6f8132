// The vehicle and driver of a trip, and why these.
import { Button, List, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { OrderDetail } from "../../api/orders";
import { Contact } from "../../parts/Contact";
import { Facts } from "../../parts/Facts";
import { Icon } from "../../parts/Icon";
import { Panel } from "../../parts/Panel";
import { useRight } from "../../session/useSession";
import { asCode, sentence } from "../../text/codes";
import { showPlate } from "../../text/plates";

/** While the vehicle is its order's: where it is now, or the map says why not. */
const UNDER_WAY = ["assigned", "driver_accepted", "departed", "in_use", "extended", "broken_down"];

export function Assignment({ order }: { order: OrderDetail }) {
  const { t } = useTranslation();
  const maySee = useRight("track.view");
  const reasons = order.assignment_reason ?? [];
  return (
    <Panel title={t("trips.assignment")}>
      {order.plate ? (
        <>
          <Facts
            facts={[
              [t("vehicle.plate"), <strong key="plate">{showPlate(order.plate)}</strong>],
              order.make_model ? [t("vehicle.model"), order.make_model] : null,
              [
                t("order.driver"),
                <Contact key="driver" name={order.driver_name} phone={order.driver_phone} />,
              ],
              order.assigned_by_name
                ? [
                    t("trips.assignedBy"),
                    <Contact key="by" name={order.assigned_by_name} phone={order.assigned_by_phone} />,
                  ]
                : null,
            ]}
          />
          {maySee && UNDER_WAY.includes(order.state) && (
            <Button
              component={Link}
              to={`/map?vehicle=${order.vehicle_id}`}
              size="xs"
              variant="default"
              mt="sm"
              leftSection={<Icon name="map" size={16} />}
            >
              {t("trips.onMap")}
            </Button>
          )}
          {reasons.length > 0 && (
            <>
              <Text size="sm" c="dimmed" mt="sm" mb={4}>
                {t("trips.whyThis")}
              </Text>
              <List size="sm" spacing={2}>
                {reasons.map((reason) => (
                  <List.Item key={JSON.stringify(reason)}>
                    {sentence(t, "dispatchReason", asCode(reason))}
                  </List.Item>
                ))}
              </List>
            </>
          )}
        </>
      ) : (
        <Text size="sm" c="dimmed">
          {t(order.state === "reassigning" ? "trips.newVehicle" : "trips.noVehicle")}
        </Text>
      )}
    </Panel>
  );
}

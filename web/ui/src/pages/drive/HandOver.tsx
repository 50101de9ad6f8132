// Handing a destination to the phone's own navigation: a geo: link, so that no map service is asked by this page.
import { Button, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { OrderPlace, OrderRow } from "../../api/orders";
import { Icon } from "../../parts/Icon";
import { drivingSteps } from "../trips/steps";

/** The coordinates of the link are WGS 84, as RFC 5870 has it. */
const geoLink = ({ lon, lat, name }: OrderPlace): string =>
  `geo:${lat},${lon}?q=${lat},${lon}(${encodeURIComponent(name)})`;

const BEFORE_DRIVING = ["assigned", "driver_accepted", "departed"];

export function HandOver({ order }: { order: OrderRow }) {
  const { t } = useTranslation();
  const first = order.stops[0] ?? order.destination;
  // Before the passengers are aboard the way leads to them, afterwards on.
  const towards = BEFORE_DRIVING.includes(order.state) ? [order.origin, first] : [first, order.origin];
  const places = towards.filter((place): place is OrderPlace => place !== null);
  if (places.length === 0 || drivingSteps(order.state).length === 0) return null;
  return (
    <Group gap="xs">
      {places.map((place) => (
        <Button
          key={`${place.lon} ${place.lat}`}
          component="a"
          href={geoLink(place)}
          variant="default"
          size="compact-md"
          leftSection={<Icon name="pin" size={16} />}
        >
          {t("drive.navigate", { place: place.name })}
        </Button>
      ))}
    </Group>
  );
}

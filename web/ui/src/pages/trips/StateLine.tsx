// Where an order stands on its usual way; orders that left the way say so instead.
import { Box, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { OrderDetail } from "../../api/orders";
import { Icon } from "../../parts/Icon";
import { Note } from "../../parts/Note";
import { Panel } from "../../parts/Panel";
import { wordFor } from "../../text/codes";
import { placeOnWay, USUAL_WAY } from "./steps";
import "./stateline.css";

export function StateLine({ order }: { order: OrderDetail }) {
  const { t } = useTranslation();
  const place = placeOnWay(order.state);
  if (place === null) {
    return (
      <Note tone="warn" title={wordFor(t, "orderState", order.state)}>
        {order.state_reason ? t("trips.stateReason", { reason: order.state_reason }) : t("trips.leftWay")}
      </Note>
    );
  }
  return (
    <Panel>
      <Box component="ol" className="state-line" aria-label={t("trips.stateLine")}>
        {USUAL_WAY.map((state, index) => {
          const reached = index <= place;
          return (
            <li
              key={state}
              data-reached={reached}
              data-passed={index < place}
              aria-current={index === place ? "step" : undefined}
            >
              <span className="state-dot" aria-hidden="true">
                {index < place || (reached && index === USUAL_WAY.length - 1) ? (
                  <Icon name="check" size={14} />
                ) : (
                  index + 1
                )}
              </span>
              <Text component="span" size="xs" fw={index === place ? 700 : 400}>
                {index === place ? wordFor(t, "orderState", order.state) : t(`trips.way.${state}`)}
              </Text>
            </li>
          );
        })}
      </Box>
      {order.state === "reassigning" && (
        <Note tone="warn" role="status" mt="sm">
          {t("trips.reassigning")}
        </Note>
      )}
      {order.state_reason && (
        <Text size="sm" c="dimmed" mt="sm">
          {t("trips.stateReason", { reason: order.state_reason })}
        </Text>
      )}
    </Panel>
  );
}

// The order a movement was judged against, or its absence, and which orders were looked at and why each did
// or did not cover the movement.
import { Anchor, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Evidence, LookedAt } from "../../api/alerts";
import { useTime } from "../../app/useTime";
import { OrderState } from "../../parts/badges";
import { Facts } from "../../parts/Facts";
import { Panel } from "../../parts/Panel";
import { wordFor } from "../../text/codes";

export function OrderSearch({ evidence }: { evidence: Evidence }) {
  const { t } = useTranslation();
  const time = useTime();
  const { order, order_search: looked } = evidence;
  return (
    <Panel title={t("alert.search.title")}>
      <Stack gap="sm">
        {order ? (
          <Facts
            facts={[
              [
                t("vehicle.order"),
                <Anchor key="order" component={Link} to={`/trips/${order.id}`} size="sm">
                  {t("order.number", { number: order.order_no })}
                </Anchor>,
              ],
              [t("order.state"), <OrderState key="state" state={order.state} />],
              [t("order.type"), wordFor(t, "orderType", order.type)],
              [t("order.when"), `${time(order.planned_start_at)} – ${time(order.planned_end_at)}`],
              [
                t("order.where"),
                [order.origin?.name, order.destination?.name].filter(Boolean).join(" → ") || "—",
              ],
              [t("order.purpose"), order.purpose_text || "—"],
              [t("order.created"), time(order.created_at)],
            ]}
          />
        ) : (
          <Text size="sm" fw={600}>
            {t("alert.search.none")}
          </Text>
        )}
        {looked.length > 0 && (
          <>
            <Text size="sm" c="dimmed">
              {t("alert.search.looked", { count: looked.length })}
            </Text>
            <Stack component="ul" gap={4} m={0} pl="md">
              {looked.map((entry, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: orders out of sight have no identity
                <Text component="li" size="sm" key={index}>
                  <Looked entry={entry} />
                </Text>
              ))}
            </Stack>
          </>
        )}
      </Stack>
    </Panel>
  );
}

function Looked({ entry }: { entry: LookedAt }) {
  const { t } = useTranslation();
  const time = useTime();
  return (
    <>
      {entry.order_id ? (
        <>
          <Anchor component={Link} to={`/trips/${entry.order_id}`} size="sm" underline="always">
            {t("order.number", { number: entry.order_no })}
          </Anchor>
          {t("alert.search.span", {
            from: time(entry.planned_start_at),
            to: time(entry.planned_end_at),
          })}
        </>
      ) : (
        t("alert.search.unseen")
      )}{" "}
      · {wordFor(t, "orderSearch", entry.result)}
    </>
  );
}

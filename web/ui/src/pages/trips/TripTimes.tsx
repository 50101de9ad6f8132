// When the vehicle is expected, and when it left and entered its depot; a correction stands beside what was seen.
import { Button, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { OrderDetail } from "../../api/orders";
import { type DepotTime, readArrival, readDepotTimes } from "../../api/tripTimes";
import { useTime } from "../../app/useTime";
import { type Fact, Facts } from "../../parts/Facts";
import { Panel } from "../../parts/Panel";
import { wordFor } from "../../text/codes";
import { CorrectTimeDialog } from "./CorrectTimeDialog";

const COMING = ["assigned", "driver_accepted", "departed", "in_use", "extended", "emergency_started"];

export function TripTimes({ order }: { order: OrderDetail }) {
  const { t } = useTranslation();
  const time = useTime();
  const [correcting, setCorrecting] = useState(false);
  const depot = useQuery({
    queryKey: ["order", order.id, "depot-times"],
    queryFn: () => readDepotTimes(order.id),
    enabled: order.departed_at !== null,
  });
  const arrival = useQuery({
    queryKey: ["order", order.id, "arrival"],
    queryFn: () => readArrival(order.id),
    enabled: COMING.includes(order.state),
    refetchInterval: 30_000,
  });
  const seen = (each: DepotTime | null) => {
    if (!each) return "—";
    const source =
      each.source === "person"
        ? t("tripTimes.by", { name: each.said_by_name ?? "", reason: each.reason ?? "" })
        : wordFor(t, "timeSource", each.source);
    return `${time(each.at, "full")} · ${source}`;
  };
  const whatOf = (each: DepotTime) => t(each.what === "left" ? "tripTimes.left" : "tripTimes.entered");
  const expected: Fact[] = (arrival.data ?? [])
    .filter(({ actual_at }) => actual_at === null)
    .map((each) => [
      t(each.what === "origin" ? "tripTimes.atOrigin" : "tripTimes.atEnd"),
      <>
        {time(each.expected_at)}
        {each.stale && (
          <Text size="sm" c="dimmed">
            {each.fix_at ? t("tripTimes.stale", { at: time(each.fix_at) }) : t("tripTimes.noFix")}
          </Text>
        )}
      </>,
    ]);
  if (expected.length === 0 && !depot.data) return null;
  const noted = depot.data?.noted ?? [];
  const corrected = noted.filter(({ source }) => source === "person").map(({ what }) => what);
  const before = noted.filter(({ what, source }) => source !== "person" && corrected.includes(what));
  return (
    <Panel
      title={t("tripTimes.title")}
      aside={
        depot.data?.may_correct && (
          <Button size="xs" variant="default" onClick={() => setCorrecting(true)}>
            {t("tripTimes.correct")}
          </Button>
        )
      }
    >
      <Facts
        facts={[
          ...expected,
          depot.data ? [t("tripTimes.left"), seen(depot.data.left)] : null,
          depot.data ? [t("tripTimes.entered"), seen(depot.data.entered)] : null,
        ]}
      />
      {before.map((each) => (
        <Text size="sm" c="dimmed" key={each.noted_at + each.what}>
          {t("tripTimes.was", { what: whatOf(each), seen: seen(each) })}
        </Text>
      ))}
      {correcting && <CorrectTimeDialog order={order} onClose={() => setCorrecting(false)} />}
    </Panel>
  );
}

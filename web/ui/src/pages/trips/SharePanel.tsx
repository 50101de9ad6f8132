// Riding along: trips that would take these people, what was asked, and the first booker's answer.
import { Button, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { OrderDetail } from "../../api/orders";
import { answerShare, askRide, readRides, readShares, type Share, type ShareStep } from "../../api/sharing";
import { useTime } from "../../app/useTime";
import { Panel } from "../../parts/Panel";
import { Failed, Loading } from "../../parts/states";
import { useAct } from "../../parts/useAct";
import { wordFor } from "../../text/codes";
import { useName } from "../../text/names";
import { showPlate } from "../../text/plates";

const WAITING = ["unit_approved", "centre_reviewed", "reassigning"];
const TOUCHES = ["order", "orders", "ride-shares", "rides", "notices"];
const minutesOf = (seconds: number) => Math.round(seconds / 60);

export function SharePanel({ order }: { order: OrderDetail }) {
  const { t } = useTranslation();
  const [looking, setLooking] = useState(false);
  const mine = order.steps.includes("withdraw") || order.steps.includes("cancel");
  const mayAsk = mine && WAITING.includes(order.state) && !order.rides_with && !order.confidential;
  const concerned = order.shareable || order.rides_with !== null || mayAsk;
  const shares = useQuery({
    queryKey: ["ride-shares", order.id],
    queryFn: () => readShares(order.id),
    enabled: concerned,
  });
  const found = shares.data ?? [];
  const open = found.some(({ side, state }) => side === "guest" && (state === "asked" || state === "agreed"));
  if (!concerned || (!mayAsk && !order.rides_with && found.length === 0)) return null;
  return (
    <Panel title={t("share.title")}>
      <Stack gap="xs">
        {order.rides_with && (
          <Text size="sm">
            {t("share.along", {
              plate: showPlate(order.ride?.plate ?? null) || "—",
              driver: order.ride?.driver_name ?? "—",
            })}
          </Text>
        )}
        {shares.isError && <Failed error={shares.error} retry={() => void shares.refetch()} />}
        {found.map((share) => (
          <Question key={share.id} share={share} mine={mine} />
        ))}
        {mayAsk && !open && !looking && (
          <Group>
            <Button size="xs" variant="default" onClick={() => setLooking(true)}>
              {t("share.find")}
            </Button>
          </Group>
        )}
        {mayAsk && !open && looking && <Rides order={order} />}
      </Stack>
    </Panel>
  );
}

function Question({ share, mine }: { share: Share; mine: boolean }) {
  const { t } = useTranslation();
  const act = useAct({
    run: (step: ShareStep, key) => answerShare(share.id, step, key),
    touches: TOUCHES,
    done: (_, step) => t(step === "leave" ? "share.left" : "share.answered"),
  });
  const state = wordFor(t, "shareState", share.state);
  const going = share.side === "guest" && mine && (share.state === "asked" || share.state === "agreed");
  const steps: readonly ShareStep[] = share.may_answer ? ["agree", "decline"] : going ? ["leave"] : [];
  return (
    <Group gap="xs">
      <Text size="sm">
        {share.side === "host"
          ? t("share.wants", { name: share.asked_by_name, minutes: minutesOf(share.detour_s), state })
          : t("share.mine", { state })}
      </Text>
      {steps.map((step) => (
        <Button
          key={step}
          size="compact-xs"
          variant="default"
          loading={act.isPending}
          onClick={() => act.mutate(step)}
        >
          {t(`share.${step}`)}
        </Button>
      ))}
    </Group>
  );
}

function Rides({ order }: { order: OrderDetail }) {
  const { t } = useTranslation();
  const time = useTime();
  const name = useName();
  const rides = useQuery({
    queryKey: ["rides", order.id],
    queryFn: ({ signal }) => readRides(order.id, signal),
  });
  const ask = useAct({
    run: (host: string, key) => askRide(order.id, host, key),
    touches: TOUCHES,
    done: t("share.asked"),
  });
  if (rides.isPending) return <Loading lines={2} />;
  if (rides.isError) return <Failed error={rides.error} retry={() => void rides.refetch()} />;
  if (rides.data.length === 0) return <Text size="sm">{t("share.none")}</Text>;
  return (
    <>
      {rides.data.map((ride) => (
        <Group key={ride.order_id} gap="xs">
          <Text size="sm">
            {t("share.ride", {
              unit: name(ride.unit_name, ride.unit_name_en),
              time: time(ride.pickup_at),
              minutes: minutesOf(ride.detour_s),
              seats: ride.seats_left,
            })}
          </Text>
          <Button
            size="compact-xs"
            variant="default"
            loading={ask.isPending}
            onClick={() => ask.mutate(ride.order_id)}
          >
            {t("share.ask")}
          </Button>
        </Group>
      ))}
    </>
  );
}

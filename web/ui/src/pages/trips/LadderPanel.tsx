// A trip no car is free for: what else could serve it, each with its cost, and taking it; or what serves it instead.
import { Button, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { Schemas } from "../../api/client";
import {
  askToLend,
  goPublic,
  hireDone,
  type Means,
  type Option,
  type Rung,
  readLadder,
  takeShareCar,
} from "../../api/ladder";
import type { OrderDetail } from "../../api/orders";
import { money } from "../../app/measure";
import { type ChargeLine, ChargeLines } from "../../parts/ChargeLines";
import { Panel } from "../../parts/Panel";
import { Rungs } from "../../parts/Rungs";
import { Failed, Loading } from "../../parts/states";
import { useAct } from "../../parts/useAct";
import { useRight, useSignedIn } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { HireDialog } from "./HireDialog";

const WAITING = ["unit_approved", "centre_reviewed", "reassigning"];
const OPEN = ["submitted", ...WAITING];
const TOUCHES = ["order", "orders", "queue", "ladder", "lending", "notices"];

export function LadderPanel({ order, opened = false }: { order: OrderDetail; opened?: boolean }) {
  const { t } = useTranslation();
  const may = useRight("order.ladder");
  const [looking, setLooking] = useState(opened);
  const served = Boolean(order.means);
  const concerned = may && (served || (OPEN.includes(order.state) && !order.rides_with));
  const ladder = useQuery({
    queryKey: ["ladder", order.id],
    queryFn: ({ signal }) => readLadder(order.id, signal),
    enabled: concerned && (looking || served),
    retry: false,
  });
  if (!concerned || (served && !ladder.data?.means)) return null;
  return (
    <Panel title={t("ladder.title")}>
      {!looking && !served && (
        <Button size="xs" variant="default" onClick={() => setLooking(true)}>
          {t("ladder.look")}
        </Button>
      )}
      {ladder.isFetching && !ladder.data && <Loading lines={4} />}
      {ladder.isError && <Failed error={ladder.error} retry={() => void ladder.refetch()} />}
      {ladder.data?.means && <Served order={order} means={ladder.data.means} />}
      {ladder.data && !ladder.data.means && <Ways order={order} rungs={ladder.data.rungs} />}
    </Panel>
  );
}

function Ways({ order, rungs }: { order: OrderDetail; rungs: readonly Rung[] }) {
  const { t } = useTranslation();
  const go = useNavigate();
  const { person } = useSignedIn();
  const dispatches = useRight("order.hire");
  const [vendor, setVendor] = useState<Option | null>(null);
  const mine = order.steps.includes("withdraw") || order.steps.includes("cancel");
  const ask = useAct({
    run: (id: string, key) => askToLend(order.id, id, key),
    touches: TOUCHES,
    done: t("ladder.asked"),
  });
  const ride = useAct({
    run: (mode: Schemas["PublicBody"]["mode"], key) => goPublic(order.id, { mode, level: "" }, key),
    touches: TOUCHES,
    done: t("ladder.public"),
  });
  const share = useAct({
    run: (body: Schemas["ShareBody"], key) => takeShareCar(order.id, body, key),
    touches: TOUCHES,
    done: t("ladder.shared"),
    after: (made) => void go(`/trips/${made.id}`),
  });
  const waits = WAITING.includes(order.state);
  const button = (label: string, run: () => void) => (
    <Button
      size="compact-xs"
      variant="default"
      loading={ask.isPending || ride.isPending || share.isPending}
      onClick={run}
    >
      {label}
    </Button>
  );
  const take = (rung: Rung, option: Option) => {
    const said = option.params ?? {};
    if (!waits) return null;
    if (rung.kind === "neighbour" && dispatches && said["consent"] === "to_be_asked")
      return button(t("ladder.ask"), () => ask.mutate(String(said["vehicle_id"])));
    if (rung.kind === "hire" && dispatches) return button(t("ladder.hire"), () => setVendor(option));
    if (rung.kind === "public_transport" && mine)
      return button(t("ladder.take"), () => ride.mutate(option.name as Schemas["PublicBody"]["mode"]));
    if (rung.kind === "time_share" && person.id === order.requester_id)
      return button(t("ladder.take"), () =>
        share.mutate({ from_site: String(said["from_site"]), to_site: String(said["to_site"]) }),
      );
    return null;
  };
  return (
    <>
      <Rungs rungs={rungs} take={take} />
      <Text size="xs" c="dimmed" mt="xs">
        {t("ladder.nothingHeld")}
      </Text>
      {vendor && <HireDialog order={order} vendor={vendor} onClose={() => setVendor(null)} />}
    </>
  );
}

function Served({ order, means }: { order: OrderDetail; means: Means }) {
  const { t, i18n } = useTranslation();
  const dispatches = useRight("order.hire");
  const done = useAct({
    run: (cents: number | null, key) => hireDone(order.id, cents, key),
    touches: TOUCHES,
    done: t("ladder.back"),
  });
  const words =
    means.means === "hire"
      ? t("ladder.hired", {
          vendor: means.vendor_name,
          plate: means.plate,
          driver: `${means.driver_name} ${means.driver_phone}`,
        })
      : t("ladder.byPublic", { mode: wordFor(t, "travelMode", means.mode ?? "") });
  return (
    <>
      <Text size="sm">{words}</Text>
      {order.cost_cents === null && (
        <ChargeLines lines={means.lines as unknown as ChargeLine[]} total={means.cents} />
      )}
      {dispatches && means.means === "hire" && order.state === "assigned" && (
        <Group mt="xs">
          <Button size="xs" loading={done.isPending} onClick={() => done.mutate(null)}>
            {t("ladder.isBack", { cost: money(means.cents, i18n.language) })}
          </Button>
        </Group>
      )}
    </>
  );
}

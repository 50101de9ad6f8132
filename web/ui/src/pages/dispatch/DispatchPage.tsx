// /dispatch: approved requests by departure, and the solver's suggestion for all or some of them. The person
// accepts; the suggestion shows why, what else was possible, and why not.
import { Anchor, Box, Button, Checkbox, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { type Plan, readQueue, suggest } from "../../api/dispatch";
import { Icon } from "../../parts/Icon";
import { PageHeader } from "../../parts/PageHeader";
import { Empty, Failed, Loading } from "../../parts/states";
import { Tone } from "../../parts/Tone";
import { useAct } from "../../parts/useAct";
import { PlanBar } from "./PlanBar";
import { QueueCard } from "./QueueCard";
import { Replans } from "./Replans";
import { useAcceptance } from "./useAcceptance";

export function Component() {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [plan, setPlan] = useState<Plan | null>(null);
  const queue = useQuery({ queryKey: ["dispatch", "queue"], queryFn: readQueue, refetchInterval: 10_000 });
  const items = queue.data ?? [];
  const ids = new Set(items.map(({ id }) => id));
  const picked = [...chosen].filter((id) => ids.has(id));
  const propose = useAct({
    run: (orderIds: string[] | null, key) => suggest(orderIds, key),
    touches: [],
    after: setPlan,
  });
  const accept = useAcceptance(plan, setPlan);
  const proposed = plan?.assignments.filter(({ order_id }) => ids.has(order_id)) ?? [];
  const toggle = (id: string) =>
    setChosen((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });

  return (
    <>
      <PageHeader
        title={t("shell.menu.dispatch")}
        about={t("dispatch.about")}
        actions={
          <>
            <Anchor component={Link} to="/dispatch/plans" size="sm">
              {t("plans.open")}
            </Anchor>
            {queue.isSuccess && <Tone tone="info">{t("list.count", { count: items.length })}</Tone>}
            <Button
              leftSection={<Icon name="spark" size={18} />}
              loading={propose.isPending}
              disabled={items.length === 0}
              onClick={() => propose.mutate(picked.length ? picked : null)}
            >
              {picked.length ? t("dispatch.suggestSome", { count: picked.length }) : t("dispatch.suggestAll")}
            </Button>
          </>
        }
      />
      <Replans />
      {plan && (
        <PlanBar
          plan={plan}
          served={proposed.length}
          busy={accept.isPending}
          onAcceptAll={() => accept.mutate(proposed.map(({ order_id }) => order_id))}
          onDiscard={() => setPlan(null)}
        />
      )}
      {queue.isPending && <Loading />}
      {queue.isError && <Failed error={queue.error} retry={() => void queue.refetch()} />}
      {queue.isSuccess && items.length === 0 && (
        <Box className="panel">
          <Empty icon="dispatch" title={t("dispatch.none")} hint={t("dispatch.noneHint")} />
        </Box>
      )}
      <Stack
        component="ul"
        gap="sm"
        m={0}
        p={0}
        style={{ listStyle: "none" }}
        aria-label={t("dispatch.queue")}
      >
        {items.map((order) => (
          <li key={order.id}>
            <QueueCard
              order={order}
              proposed={proposed.find(({ order_id }) => order_id === order.id) ?? null}
              unserved={plan?.unassigned.find(({ order_id }) => order_id === order.id) ?? null}
              busy={accept.isPending}
              onAccept={() => accept.mutate([order.id])}
              check={
                <Checkbox
                  checked={chosen.has(order.id)}
                  onChange={() => toggle(order.id)}
                  aria-label={t("dispatch.choose", { number: order.order_no })}
                />
              }
            />
          </li>
        ))}
      </Stack>
      {items.length > 1 && (
        <Text size="sm" c="dimmed" mt="sm">
          {t("dispatch.chooseHint")}
        </Text>
      )}
    </>
  );
}

// Re-plans of a day under way that a person is to decide on: what happened, which trips would go with which vehicle.
import { Box, Button, Group, List, Stack, Text, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { adoptPlan, type Disruption, discardPlan, readPlan, readUndecided } from "../../api/plans";
import { duration } from "../../app/measure";
import { useAct } from "../../parts/useAct";
import { sentence, wordFor } from "../../text/codes";
import { showPlate } from "../../text/plates";

export function Replans() {
  const { t } = useTranslation();
  const open = useQuery({
    queryKey: ["dispatch", "undecided"],
    queryFn: readUndecided,
    refetchInterval: 10_000,
  });
  if (!open.data || open.data.length === 0) return null;
  return (
    <Box component="section" className="panel" p="md" mb="md">
      <Title order={2} size="h4" mb="xs">
        {t("replans.title")}
      </Title>
      <Stack component="ul" gap="sm" m={0} p={0} style={{ listStyle: "none" }}>
        {open.data.map((each) => (
          <li key={each.id}>
            {each.plan_id && each.plan_state === "proposed" && each.kind !== "new_booking" && (
              <Replan disruption={each} planId={each.plan_id} />
            )}
            {each.better_plan_id && each.better_plan_state === "proposed" && (
              <Replan disruption={each} planId={each.better_plan_id} saved={each.better_saves_s} />
            )}
          </li>
        ))}
      </Stack>
    </Box>
  );
}

interface ReplanProps {
  disruption: Disruption;
  planId: string;
  saved?: number | null;
}

function Replan({ disruption, planId, saved = null }: ReplanProps) {
  const { t } = useTranslation();
  const plan = useQuery({ queryKey: ["plans", "one", planId], queryFn: () => readPlan(planId) });
  const touches = ["dispatch", "plans", "orders", "order", "vehicles"];
  const adopt = useAct({
    run: (_: null, key) => adoptPlan(planId, key),
    touches,
    after: ({ assigned, refused }) => {
      const why = refused.map((each) => sentence(t, "error", each)).join(t("punctuation.comma"));
      notifications.show(
        refused.length === 0
          ? { message: t("replans.adopted", { count: assigned.length }), color: "green" }
          : {
              message: t("replans.refused", { count: refused.length, why }),
              color: "orange",
              autoClose: false,
            },
      );
    },
  });
  const discard = useAct({
    run: (_: null, key) => discardPlan(planId, key),
    touches,
    done: t("replans.discarded"),
  });
  const moves = (plan.data?.plan["assignments"] ?? []) as readonly Readonly<Record<string, string | null>>[];
  const unserved = (plan.data?.plan["unassigned"] ?? []) as readonly unknown[];
  return (
    <Group justify="space-between" align="flex-start" gap="sm">
      <div>
        <Text fw={650}>
          <Link to={`/trips/${disruption.order_id}`} className="row-link">
            {t("replans.because", {
              trigger: wordFor(t, "disruption", disruption.kind),
              number: disruption.order_no,
            })}
          </Link>
        </Text>
        {saved !== null && <Text size="sm">{t("replans.better", { saved: duration(t, saved) })}</Text>}
        <Text size="sm">{t("replans.moves", { count: moves.length })}</Text>
        <List size="sm">
          {moves.map((each) => {
            const to = t("replans.move", { plate: showPlate(each["plate"]), driver: each["driver_name"] });
            return (
              <List.Item key={each["order_id"]}>
                {each["from_plate"] ? t("replans.from", { from: showPlate(each["from_plate"]), to }) : to}
              </List.Item>
            );
          })}
        </List>
        {unserved.length > 0 && <Text size="sm">{t("replans.unserved", { count: unserved.length })}</Text>}
      </div>
      <Group gap="xs">
        <Button size="xs" variant="default" loading={discard.isPending} onClick={() => discard.mutate(null)}>
          {t("replans.discard")}
        </Button>
        {moves.length > 0 && (
          <Button size="xs" loading={adopt.isPending} onClick={() => adopt.mutate(null)}>
            {t("replans.adopt")}
          </Button>
        )}
      </Group>
    </Group>
  );
}

// One stored plan: its figures beside those of another one, the trips that go differently, adopting and discarding it.
import { Button, Group, Select, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { adoptPlan, comparePlans, discardPlan, type PlanRow, readPlan, readPlans } from "../../api/plans";
import { duration } from "../../app/measure";
import { useTime } from "../../app/useTime";
import { Dialog } from "../../parts/Dialog";
import { Facts } from "../../parts/Facts";
import type { Column } from "../../parts/list/columns";
import { DataTable } from "../../parts/list/DataTable";
import { Failed, Loading } from "../../parts/states";
import { useAct } from "../../parts/useAct";
import { wordFor } from "../../text/codes";
import { Differing } from "./Differing";

interface PlanDialogProps {
  row: PlanRow;
  onClose: () => void;
}

const FIGURES = [
  ["served", "plans.served"],
  ["unmet", "plans.unmet"],
  ["cost_s", "plans.cost"],
  ["km", "plans.km"],
  ["empty_km", "plans.emptyKm"],
  ["late_s", "plans.late"],
  ["vehicles", "plans.vehicles"],
  ["overtime_s", "plans.overtime"],
  ["fairness", "plans.fairness"],
] as const;
type Figures = Readonly<Record<string, unknown>> | null;

export function PlanDialog({ row, onClose }: PlanDialogProps) {
  const { t } = useTranslation();
  const time = useTime();
  const [otherId, setOtherId] = useState<string | null>(null);
  const plan = useQuery({ queryKey: ["plans", "one", row.id], queryFn: () => readPlan(row.id) });
  const all = useQuery({ queryKey: ["plans", "choices"], queryFn: readPlans });
  const against = useQuery({
    queryKey: ["plans", "against", row.id, otherId],
    queryFn: () => comparePlans(row.id, otherId ?? ""),
    enabled: otherId !== null,
  });
  const nameOf = (each: PlanRow) =>
    t("plans.one", { kind: wordFor(t, "planKind", each.kind), at: time(each.created_at) });
  const adopt = useAct({
    run: (_: null, key) => adoptPlan(row.id, key),
    touches: ["plans", "dispatch", "orders", "order", "vehicles"],
    done: (made) => t("plans.adopted", { count: made.assigned.length }),
    after: onClose,
  });
  const discard = useAct({
    run: (_: null, key) => discardPlan(row.id, key),
    touches: ["plans", "dispatch"],
    done: t("plans.discarded"),
    after: onClose,
  });
  const show = (name: string, value: unknown) => {
    if (typeof value !== "number") return "—";
    if (name.endsWith("_s")) return duration(t, value);
    return name === "fairness" ? value.toFixed(2) : String(Math.round(value * 10) / 10);
  };
  const one: Figures = plan.data?.figures ?? null;
  const columns: Column<(typeof FIGURES)[number]>[] = [
    { id: "figure", title: t("plans.figure"), show: ([, word]) => t(word) },
    { id: "this", title: t("plans.this"), show: ([name]) => show(name, one?.[name]), numeric: true },
    ...(against.data
      ? [
          {
            id: "other",
            title: t("plans.other"),
            show: ([name]: (typeof FIGURES)[number]) => show(name, against.data.figures[name]?.[1]),
            numeric: true,
          },
        ]
      : []),
  ];
  const paced = Number(plan.data?.problem["travel_factor"] ?? 1);
  const open = row.state === "proposed" || row.state === "partly_accepted";
  return (
    <Dialog size="xl" title={nameOf(row)} onClose={onClose}>
      <Stack gap="md">
        {plan.isPending && <Loading lines={4} />}
        {plan.isError && <Failed error={plan.error} retry={() => void plan.refetch()} />}
        {plan.isSuccess && (
          <>
            <Text size="sm">
              {t("plans.madeFrom", {
                by: row.created_by_name ?? t("plans.engine"),
                orders: row.orders,
                seed: row.seed,
                seconds: row.seconds ?? "—",
                source: wordFor(t, "travelTimes", row.travel_times),
              })}
            </Text>
            {paced !== 1 && <Text size="sm">{t("plans.paced", { factor: paced })}</Text>}
            <Facts
              facts={[
                [t("plans.state"), wordFor(t, "planState", row.state)],
                row.trigger ? [t("plans.kind"), wordFor(t, "disruption", row.trigger)] : null,
                [t("plans.costHint"), show("cost_s", one?.["cost_s"])],
                [t("plans.fairnessHint"), show("fairness", one?.["fairness"])],
              ]}
            />
            <Select
              label={t("plans.compareWith")}
              placeholder={t("plans.pick")}
              data={(all.data ?? [])
                .filter(({ id }) => id !== row.id)
                .map((each) => ({ value: each.id, label: nameOf(each) }))}
              value={otherId}
              onChange={setOtherId}
              searchable
              clearable
            />
            <DataTable
              label={t("plans.compareWith")}
              rows={FIGURES}
              columns={columns}
              rowKey={([name]) => name}
            />
            {against.isError && <Failed error={against.error} retry={() => void against.refetch()} />}
            {against.data && <Differing comparison={against.data} />}
          </>
        )}
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            {t("common.close")}
          </Button>
          {open && (
            <Button variant="default" loading={discard.isPending} onClick={() => discard.mutate(null)}>
              {t("plans.discard")}
            </Button>
          )}
          {open && row.kind !== "what_if" && (
            <Button loading={adopt.isPending} onClick={() => adopt.mutate(null)}>
              {t("plans.adopt")}
            </Button>
          )}
        </Group>
      </Stack>
    </Dialog>
  );
}

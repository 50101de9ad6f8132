// How a day is planned anew: which re-plans are done without a person, what is frozen, what a moved trip must save.
import { Button, Checkbox, Group, NumberInput, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { keepReplanRules, type ReplanRules as Rules, readReplanRules } from "../../api/plans";
import { Note } from "../../parts/Note";
import { Panel } from "../../parts/Panel";
import { Failed, Loading } from "../../parts/states";
import { useAct } from "../../parts/useAct";
import { wordFor } from "../../text/codes";

const KINDS = [
  "breakdown",
  "late_return",
  "unfit",
  "refused",
  "new_booking",
  "cancelled",
  "no_show",
] as const;

export function ReplanRules() {
  const { t } = useTranslation();
  const rules = useQuery({ queryKey: ["replan-rules"], queryFn: readReplanRules });
  return (
    <Panel title={t("replanRules.title")}>
      {rules.isPending && <Loading lines={3} />}
      {rules.isError && <Failed error={rules.error} retry={() => void rules.refetch()} />}
      {rules.data && <Form key={String(rules.data.row_version)} rules={rules.data} />}
    </Panel>
  );
}

function Form({ rules }: { rules: Rules }) {
  const { t } = useTranslation();
  const [adopts, setAdopts] = useState<readonly string[]>(rules.adopts);
  const [frozenMin, setFrozenMin] = useState<number | string>(rules.frozen_min);
  const [stabilityMin, setStabilityMin] = useState<number | string>(rules.stability_s / 60);
  const keep = useAct({
    run: (_: null, key) =>
      keepReplanRules(
        {
          adopts: KINDS.filter((kind) => adopts.includes(kind)),
          frozen_min: Number(frozenMin),
          stability_s: Math.round(Number(stabilityMin) * 60),
        },
        rules.row_version,
        key,
      ),
    touches: ["replan-rules"],
    done: t("replanRules.kept"),
  });
  return (
    <Stack gap="sm">
      {rules.row_version === null && <Note tone="info">{t("replanRules.unset")}</Note>}
      <Checkbox.Group label={t("replanRules.adopts")} value={[...adopts]} onChange={setAdopts}>
        <Stack gap={6} mt={6}>
          {KINDS.map((kind) => (
            <Checkbox key={kind} value={kind} label={wordFor(t, "disruption", kind)} />
          ))}
        </Stack>
      </Checkbox.Group>
      <Text size="sm">{t("replanRules.emergency")}</Text>
      <Group align="flex-end">
        <NumberInput
          label={t("replanRules.frozen")}
          min={0}
          max={1440}
          value={frozenMin}
          onChange={setFrozenMin}
        />
        <NumberInput
          label={t("replanRules.stability")}
          min={0}
          max={1440}
          value={stabilityMin}
          onChange={setStabilityMin}
        />
        <Button loading={keep.isPending} onClick={() => keep.mutate(null)}>
          {t("replanRules.keep")}
        </Button>
      </Group>
    </Stack>
  );
}

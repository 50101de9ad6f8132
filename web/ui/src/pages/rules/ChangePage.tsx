// /admin/rules/changes/new and /admin/rules/changes/:id: a change is drafted, tried on stored months, submitted, and
// published by somebody else.
import { Anchor, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import { type RuleChange, readRuleChange } from "../../api/rulebook";
import { instantToWall } from "../../app/time";
import { PageHeader } from "../../parts/PageHeader";
import { Failed, Loading } from "../../parts/states";
import { useConfig } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { RULE_IDS } from "../../text/rules";
import { BackTest } from "./BackTest";
import { ChangeForm, type Start } from "./ChangeForm";
import { ChangeSteps } from "./ChangeSteps";

const KINDS = ["parameters", "profile", "mute"] as const;

export function Component() {
  const { t } = useTranslation();
  const { id = "new" } = useParams();
  return (
    <>
      <Anchor component={Link} to="/admin/rules/changes" size="sm">
        ← {t("rulebook.list")}
      </Anchor>
      {id === "new" ? <New /> : <Existing key={id} id={id} />}
    </>
  );
}

function New() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [params] = useSearchParams();
  const what = KINDS.find((each) => each === params.get("what")) ?? "parameters";
  const rule = RULE_IDS.find((each) => each === params.get("rule"));
  const start: Start = {
    what,
    values: {
      unit_id: params.get("unit"),
      vehicle_class: what === "mute" ? null : params.get("class"),
      rule: rule ?? null,
    },
    rules: what === "parameters" && rule ? { [rule]: null } : {},
  };
  return (
    <>
      <PageHeader title={`${t("rulebook.new")} · ${wordFor(t, "ruleWhat", what)}`} />
      <ChangeForm
        key={params.toString()}
        change={null}
        start={start}
        onSaved={(id) => navigate(`/admin/rules/changes/${id}`, { replace: true })}
      />
    </>
  );
}

function Existing({ id }: { id: string }) {
  const { t } = useTranslation();
  const { timezone } = useConfig();
  const [dirty, setDirty] = useState(false);
  const found = useQuery({ queryKey: ["rule-changes", "one", id], queryFn: () => readRuleChange(id) });
  if (found.isError) return <Failed error={found.error} retry={() => void found.refetch()} />;
  const change = found.data;
  if (!change) return <Loading />;
  const tried =
    change.what === "parameters" ||
    change.what === "profile" ||
    change.body.of === "parameters" ||
    change.body.of === "profile";
  return (
    <>
      <PageHeader
        title={`${t("rulebook.title", { number: change.change_no })} · ${wordFor(t, "ruleWhat", change.what)}`}
      />
      <Stack gap="md">
        <ChangeSteps change={change} dirty={dirty} reload={() => found.refetch()} />
        {change.state === "draft" && change.mine && change.what !== "end" && (
          <ChangeForm
            key={change.row_version}
            change={change}
            start={startOf(change, timezone)}
            onDirty={setDirty}
            onSaved={() => {
              setDirty(false);
              void found.refetch();
            }}
          />
        )}
        {tried && <BackTest change={change} dirty={dirty} />}
      </Stack>
    </>
  );
}

const wall = (at: string | null, timezone: string) => (at ? instantToWall(at, timezone) : null);

const startOf = (change: RuleChange, timezone: string): Start => ({
  what: change.what as Start["what"],
  values: {
    unit_id: change.unit_id,
    vehicle_class: change.vehicle_class,
    vehicle_id: change.vehicle_id,
    from_at: wall(change.from_at, timezone),
    to_at: wall(change.to_at, timezone),
    reason: change.reason,
    profile: change.body.profile ?? null,
    rule: change.body.rule ?? null,
  },
  rules: change.body.rules ?? {},
});

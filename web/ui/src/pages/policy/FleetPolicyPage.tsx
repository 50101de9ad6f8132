// /admin/fleet-policy: which vehicle may serve what, in versions. One person drafts, another publishes; nothing reaches back.
import { Button, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import {
  type PolicyContent,
  type PolicyRow,
  readFleetPolicy,
  settleFleetPolicy,
} from "../../api/fleetPolicy";
import { useTime } from "../../app/useTime";
import { Dialog } from "../../parts/Dialog";
import { ChoiceFilter } from "../../parts/list/ChoiceFilter";
import type { Column } from "../../parts/list/columns";
import { ListView } from "../../parts/list/ListView";
import { useListState } from "../../parts/list/useListState";
import { Note } from "../../parts/Note";
import { PageHeader } from "../../parts/PageHeader";
import { Panel } from "../../parts/Panel";
import { SettleDraft } from "../../parts/SettleDraft";
import { Failed, Loading } from "../../parts/states";
import { Tone } from "../../parts/Tone";
import { useRight } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { wordChoices } from "../admin/choices";
import { PolicyDialog } from "./PolicyDialog";
import { PolicyFacts } from "./PolicyFacts";

const STATES = ["draft", "in_force", "withdrawn"] as const;

export function Component() {
  const { t } = useTranslation();
  const time = useTime();
  const mayPublish = useRight("fleet_policy.publish");
  const [drafting, setDrafting] = useState(false);
  const [opened, setOpened] = useState<PolicyRow | null>(null);
  const state = useListState("-version_no", ["state"]);
  const now = useQuery({ queryKey: ["fleet-policies", "now"], queryFn: readFleetPolicy });
  const columns: Column<PolicyRow>[] = [
    {
      id: "version",
      title: t("fleetPolicy.number"),
      numeric: true,
      show: (row) => row.version_no,
      sort: "version_no",
    },
    {
      id: "state",
      title: t("order.state"),
      show: (row) => (
        <Tone tone={row.holds_now ? "good" : "neutral"}>{wordFor(t, "tariffState", row.state)}</Tone>
      ),
      sort: "state",
    },
    {
      id: "since",
      tight: true,
      title: t("fleetPolicy.since"),
      show: (row) => time(row.since),
      sort: "since",
    },
    { id: "reason", title: t("fleetPolicy.reason"), show: (row) => row.reason },
    { id: "by", title: t("fleetPolicy.by"), show: (row) => row.created_by_name },
    { id: "orders", title: t("fleetPolicy.orders"), numeric: true, show: (row) => row.orders },
    {
      id: "states",
      title: t("fleetPolicy.states"),
      show: (row) => (
        <Button size="compact-sm" variant="default" onClick={() => setOpened(row)}>
          {t("fleetPolicy.version", { number: row.version_no })}
        </Button>
      ),
    },
    {
      id: "do",
      title: t("fleetPolicy.decision"),
      show: (row) => (mayPublish && row.state === "draft" ? <Settle row={row} /> : ""),
    },
  ];
  return (
    <>
      <PageHeader
        title={t("shell.menu.fleetPolicy")}
        about={t("fleetPolicy.about")}
        actions={
          now.data?.may_draft && <Button onClick={() => setDrafting(true)}>{t("fleetPolicy.draft")}</Button>
        }
      />
      <Stack gap="md">
        <Panel title={t("fleetPolicy.now")}>
          {now.isPending && <Loading lines={6} />}
          {now.isError && <Failed error={now.error} retry={() => void now.refetch()} />}
          {now.data && (
            <>
              {now.data.version_no === null && <Note tone="info">{t("fleetPolicy.none")}</Note>}
              {now.data.next_from && (
                <Note tone="info">
                  {t("fleetPolicy.next", {
                    number: now.data.next_version_no,
                    from: time(now.data.next_from),
                  })}
                </Note>
              )}
              <PolicyFacts content={now.data.body} />
            </>
          )}
        </Panel>
        <ListView<PolicyRow>
          name="fleet-policies"
          path="/api/fleet-policies"
          label={t("fleetPolicy.versions")}
          state={state}
          columns={columns}
          rowKey={({ id }) => id}
          searchable={false}
          filters={
            <ChoiceFilter
              name="state"
              label={t("order.state")}
              state={state}
              choices={wordChoices(t, "tariffState", STATES)}
            />
          }
          empty={{ title: t("fleetPolicy.noVersions") }}
        />
      </Stack>
      {drafting && now.data && <PolicyDialog start={now.data.body} onClose={() => setDrafting(false)} />}
      {opened && (
        <Dialog
          title={t("fleetPolicy.version", { number: opened.version_no })}
          size="lg"
          onClose={() => setOpened(null)}
        >
          <PolicyFacts content={opened.body as unknown as PolicyContent} />
        </Dialog>
      )}
    </>
  );
}

function Settle({ row }: { row: PolicyRow }) {
  const { t } = useTranslation();
  return (
    <SettleDraft
      id={row.id}
      own={row.own}
      settle={settleFleetPolicy}
      touches={{ publish: ["fleet-policies", "queue"], withdraw: ["fleet-policies"] }}
      words={{
        publish: t("fleetPolicy.publish"),
        published: t("fleetPolicy.published"),
        withdraw: t("fleetPolicy.withdraw"),
        withdrawn: t("fleetPolicy.withdrawn"),
      }}
    />
  );
}

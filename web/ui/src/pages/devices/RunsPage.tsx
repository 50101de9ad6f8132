// /admin/devices/runs: who had refused messages decoded again, which, and what became of them.
import { Anchor } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Run } from "../../api/reprocess";
import { useTime } from "../../app/useTime";
import { Dialog } from "../../parts/Dialog";
import { ChoiceFilter } from "../../parts/list/ChoiceFilter";
import type { Column } from "../../parts/list/columns";
import { ListView } from "../../parts/list/ListView";
import { useListState } from "../../parts/list/useListState";
import { PageHeader } from "../../parts/PageHeader";
import { Tone } from "../../parts/Tone";
import { wordFor } from "../../text/codes";
import { RUN_TONES, RunFacts } from "./RunFacts";

export function Component() {
  const { t } = useTranslation();
  const time = useTime();
  const state = useListState("-run_no", ["dry"]);
  const [opened, setOpened] = useState<Run | null>(null);
  const columns: Column<Run>[] = [
    {
      id: "no",
      tight: true,
      title: t("again.run"),
      show: (row) => t("again.runNo", { number: row.run_no }),
      sort: "run_no",
    },
    {
      id: "kind",
      tight: true,
      title: t("again.kind"),
      show: (row) => t(row.dry ? "again.preview" : "again.real"),
    },
    {
      id: "state",
      tight: true,
      title: t("again.state"),
      show: (row) => (
        <Tone tone={RUN_TONES[row.state] ?? "neutral"}>{wordFor(t, "runState", row.state)}</Tone>
      ),
    },
    {
      id: "entries",
      title: t("again.entries"),
      show: (row) => row.entries,
      numeric: true,
      sort: "entries",
    },
    {
      id: "fixes",
      title: t("again.fixes"),
      show: (row) => row.counts["fixes_stored"] ?? 0,
      numeric: true,
    },
    { id: "waiting", title: t("again.waiting"), show: (row) => row.counts["waiting"] ?? 0, numeric: true },
    { id: "what", title: t("again.what"), show: (row) => <Sought run={row} /> },
    { id: "by", tight: true, title: t("again.by"), show: (row) => row.asked_as },
    { id: "at", tight: true, title: t("again.at"), show: (row) => time(row.asked_at), sort: "asked_at" },
  ];
  return (
    <>
      <Anchor component={Link} to="/admin/devices/refused" size="sm">
        ← {t("device.refused.title")}
      </Anchor>
      <PageHeader title={t("again.runs")} about={t("again.runsAbout")} />
      <ListView<Run>
        name="reprocess-runs"
        path="/api/reprocess-runs"
        label={t("again.runs")}
        state={state}
        columns={columns}
        rowKey={({ id }) => id}
        onOpen={setOpened}
        refreshMs={3_000}
        filters={
          <ChoiceFilter
            state={state}
            name="dry"
            label={t("again.kind")}
            choices={[
              { value: "true", label: t("again.preview") },
              { value: "false", label: t("again.real") },
            ]}
          />
        }
        empty={{ title: t("again.noRuns") }}
      />
      {opened && (
        <Dialog title={t("again.runNo", { number: opened.run_no })} onClose={() => setOpened(null)}>
          <RunFacts run={opened} />
        </Dialog>
      )}
    </>
  );
}

function Sought({ run: { sought } }: { run: Run }) {
  const { t } = useTranslation();
  const said = Object.entries(sought).map(([name, value]) =>
    name === "reason"
      ? wordFor(t, "quarantine", String(value))
      : t(`again.sought.${name}`, { value: String(value) }),
  );
  return said.length === 0 ? t("again.everything") : said.join(t("punctuation.comma"));
}

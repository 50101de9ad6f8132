// /admin/areas/drafts: fences that wait for publication, and what became of the others.
import { Anchor, Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { DraftRow } from "../../api/fences";
import { useTime } from "../../app/useTime";
import { ChoiceFilter } from "../../parts/list/ChoiceFilter";
import type { Column } from "../../parts/list/columns";
import { ListView } from "../../parts/list/ListView";
import { useListState } from "../../parts/list/useListState";
import { PageHeader } from "../../parts/PageHeader";
import { Tone, type ToneName } from "../../parts/Tone";
import { useRight } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { useName } from "../../text/names";
import { wordChoices } from "../admin/choices";
import { KINDS } from "./words";

const STATES = ["draft", "published", "discarded"] as const;
const TONES: Record<string, ToneName> = { draft: "warn", published: "good", discarded: "neutral" };

export function Component() {
  const { t } = useTranslation();
  const named = useName();
  const time = useTime();
  const mayDraw = useRight("area.draft");
  const state = useListState("-updated_at", ["area_kind", "draft_state"]);
  const columns: Column<DraftRow>[] = [
    { id: "name", title: t("fence.name"), show: (row) => named(row.name, row.name_en), sort: "name" },
    { id: "code", tight: true, title: t("fence.code"), show: (row) => row.code, sort: "code" },
    {
      id: "kind",
      tight: true,
      title: t("fence.kind"),
      show: (row) => wordFor(t, "areaKind", row.kind),
      sort: "kind",
    },
    { id: "what", tight: true, title: t("fence.what"), show: (row) => t(whatOf(row)) },
    {
      id: "effective",
      tight: true,
      title: t("fence.effective"),
      show: (row) => (row.effective_at ? time(row.effective_at) : t("fence.atOnce")),
      sort: "effective_at",
    },
    {
      id: "state",
      tight: true,
      title: t("fence.state"),
      show: (row) => <Tone tone={TONES[row.state] ?? "neutral"}>{wordFor(t, "draftState", row.state)}</Tone>,
    },
    {
      id: "warnings",
      tight: true,
      title: t("fence.warnings"),
      show: (row) => (row.warnings.length > 0 ? <Tone tone="warn">{row.warnings.length}</Tone> : "—"),
    },
    { id: "source", title: t("fence.source"), show: (row) => row.source || t("fence.byHand") },
    {
      id: "by",
      tight: true,
      title: t("fence.changedBy"),
      show: (row) => row.updated_by_name ?? t("fence.byMachine"),
    },
    {
      id: "at",
      tight: true,
      title: t("fence.changedAt"),
      show: (row) => time(row.updated_at),
      sort: "updated_at",
    },
  ];
  return (
    <>
      <Anchor component={Link} to="/admin/areas" size="sm">
        ← {t("shell.menu.areas")}
      </Anchor>
      <PageHeader
        title={t("fence.draftList")}
        about={t("fence.draftsAbout")}
        actions={
          mayDraw && (
            <Button component={Link} to="/admin/areas/drafts/new">
              {t("fence.add")}
            </Button>
          )
        }
      />
      <ListView<DraftRow>
        name="fence-drafts"
        path="/api/fence-drafts"
        label={t("fence.draftList")}
        state={state}
        columns={columns}
        rowKey={({ id }) => id}
        href={({ id }) => `/admin/areas/drafts/${id}`}
        filters={
          <>
            <ChoiceFilter
              state={state}
              name="area_kind"
              label={t("fence.kind")}
              choices={wordChoices(t, "areaKind", KINDS)}
            />
            <ChoiceFilter
              state={state}
              name="draft_state"
              label={t("fence.state")}
              choices={wordChoices(t, "draftState", STATES)}
            />
          </>
        }
        empty={{ title: t("fence.noDrafts"), hint: t("fence.noDraftsHint") }}
      />
    </>
  );
}

const whatOf = (row: DraftRow): "fence.isEnd" | "fence.isChange" | "fence.isNew" =>
  row.ends ? "fence.isEnd" : row.area_id ? "fence.isChange" : "fence.isNew";

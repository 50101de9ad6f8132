// /admin/devices/names: under which names locators speak in foreign forms, now and before; and the servers that speak for many.
import { Anchor, Button, Stack } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { SourceBinding } from "../../api/foreignNames";
import { useTime } from "../../app/useTime";
import { ChoiceFilter } from "../../parts/list/ChoiceFilter";
import type { Column } from "../../parts/list/columns";
import { ListView } from "../../parts/list/ListView";
import { useListState } from "../../parts/list/useListState";
import { PageHeader } from "../../parts/PageHeader";
import { Tone } from "../../parts/Tone";
import { useRight } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { showPlate } from "../../text/plates";
import { wordChoices } from "../admin/choices";
import { Forwarders } from "./Forwarders";
import { NameDialog } from "./NameDialog";
import { SOURCES } from "./sources";

export function Component() {
  const { t } = useTranslation();
  const time = useTime();
  const state = useListState("-since", ["device", "source", "current"]);
  const mayEdit = useRight("device.edit");
  const [editing, setEditing] = useState<SourceBinding | "new" | null>(null);
  const device = state.values["device"];
  const columns: Column<SourceBinding>[] = [
    { id: "name", title: t("foreign.name"), show: (row) => row.external_id, sort: "external_id" },
    {
      id: "source",
      tight: true,
      title: t("foreign.source"),
      show: (row) => wordFor(t, "foreignForm", row.source),
      sort: "source",
    },
    { id: "code", tight: true, title: t("device.code"), show: (row) => row.code, sort: "code" },
    {
      id: "plate",
      tight: true,
      title: t("device.vehicle"),
      show: (row) => (row.plate ? showPlate(row.plate) : "—"),
      sort: "plate",
    },
    {
      id: "current",
      tight: true,
      title: t("foreign.state"),
      show: (row) => (
        <Tone tone={row.current ? "good" : "neutral"}>
          {t(row.current ? "foreign.holds" : "foreign.over")}
        </Tone>
      ),
    },
    { id: "since", tight: true, title: t("foreign.since"), show: (row) => time(row.since), sort: "since" },
    {
      id: "until",
      tight: true,
      title: t("foreign.until"),
      show: (row) => (row.until ? time(row.until) : "—"),
      sort: "until",
    },
    { id: "by", title: t("foreign.by"), show: (row) => row.created_by_name ?? t("foreign.atMachine") },
  ];
  return (
    <>
      <Anchor component={Link} to="/admin/devices" size="sm">
        ← {t("shell.menu.devices")}
      </Anchor>
      <PageHeader
        title={device ? `${t("foreign.title")} · ${device}` : t("foreign.title")}
        about={t("foreign.about")}
        actions={
          <>
            {device && (
              <Button variant="default" onClick={() => state.set("device", null)}>
                {t("device.refused.everyDevice")}
              </Button>
            )}
            {mayEdit && <Button onClick={() => setEditing("new")}>{t("foreign.add")}</Button>}
          </>
        }
      />
      <Stack gap="md">
        <ListView<SourceBinding>
          name="source-bindings"
          path="/api/source-bindings"
          label={t("foreign.title")}
          state={state}
          columns={columns}
          rowKey={({ id }) => id}
          {...(mayEdit ? { onOpen: setEditing } : {})}
          filters={
            <>
              <ChoiceFilter
                state={state}
                name="source"
                label={t("foreign.source")}
                choices={wordChoices(t, "foreignForm", SOURCES)}
              />
              <ChoiceFilter
                state={state}
                name="current"
                label={t("foreign.state")}
                choices={[
                  { value: "true", label: t("foreign.holds") },
                  { value: "false", label: t("foreign.over") },
                ]}
              />
            </>
          }
          empty={{ title: t("foreign.none"), hint: t("foreign.noneHint") }}
        />
        <Forwarders />
      </Stack>
      {editing && (
        <NameDialog
          start={{}}
          {...(editing === "new" ? {} : { row: editing })}
          onClose={() => setEditing(null)}
        />
      )}
    </>
  );
}

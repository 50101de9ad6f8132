// /admin/units: the tree of units, flat with the unit above.
import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Unit } from "../../api/register";
import type { Column } from "../../parts/list/columns";
import { ListView } from "../../parts/list/ListView";
import { useListState } from "../../parts/list/useListState";
import { PageHeader } from "../../parts/PageHeader";
import { Tone } from "../../parts/Tone";
import { useRight } from "../../session/useSession";
import { useName } from "../../text/names";
import { NewUnitDialog, UnitDialog } from "./UnitDialogs";

export function Component() {
  const { t } = useTranslation();
  const state = useListState("code", []);
  const name = useName();
  const mayEdit = useRight("unit.edit");
  const [adding, setAdding] = useState(false);
  const [editing, setEditing] = useState<Unit | null>(null);
  const columns: Column<Unit>[] = [
    { id: "name", title: t("unit.name"), show: (row) => row.name, sort: "name" },
    { id: "code", tight: true, title: t("unit.code"), show: (row) => row.code, sort: "code" },
    { id: "english", title: t("unit.nameEn"), show: (row) => row.name_en || "—" },
    { id: "above", title: t("unit.above"), show: (row) => name(row.parent_name, row.parent_name_en) ?? "—" },
    { id: "centre", title: t("unit.centre"), show: (row) => (row.is_centre ? t("common.yes") : "—") },
    {
      id: "active",
      title: t("unit.active"),
      show: (row) => (
        <Tone tone={row.active ? "good" : "neutral"}>{t(row.active ? "common.yes" : "common.no")}</Tone>
      ),
    },
  ];
  return (
    <>
      <PageHeader
        title={t("shell.menu.units")}
        actions={mayEdit && <Button onClick={() => setAdding(true)}>{t("unit.add")}</Button>}
      />
      <ListView<Unit>
        name="units"
        path="/api/units"
        label={t("shell.menu.units")}
        state={state}
        columns={columns}
        rowKey={({ id }) => id}
        {...(mayEdit ? { onOpen: setEditing } : {})}
        empty={{ title: t("unit.none") }}
      />
      {adding && <NewUnitDialog onClose={() => setAdding(false)} />}
      {editing && <UnitDialog unit={editing} onClose={() => setEditing(null)} />}
    </>
  );
}

// /admin/units: the tree of units, flat with the unit above.
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Unit } from "../../api/register";
import { FormDialog } from "../../parts/form/FormDialog";
import type { Field, Values } from "../../parts/form/fields";
import type { Column } from "../../parts/list/columns";
import { ListView } from "../../parts/list/ListView";
import { useListState } from "../../parts/list/useListState";
import { PageHeader } from "../../parts/PageHeader";
import { Tone } from "../../parts/Tone";
import { useRight } from "../../session/useSession";
import { useUnitChoices } from "./choices";
import { useEditor } from "./useEditor";

export function Component() {
  const { t } = useTranslation();
  const state = useListState("code", []);
  const units = useUnitChoices();
  const mayEdit = useRight("unit.edit");
  const editor = useEditor<Unit>("units", ["units"]);
  const above = new Map(units.map(({ value, label }) => [value, label]));
  const columns: Column<Unit>[] = [
    { id: "name", title: t("unit.name"), show: (row) => row.name, sort: "name" },
    { id: "code", tight: true, title: t("unit.code"), show: (row) => row.code, sort: "code" },
    { id: "english", title: t("unit.nameEn"), show: (row) => row.name_en || "—" },
    { id: "above", title: t("unit.above"), show: (row) => above.get(row.parent_id ?? "") ?? "—" },
    { id: "centre", title: t("unit.centre"), show: (row) => (row.is_centre ? t("common.yes") : "—") },
    {
      id: "active",
      title: t("unit.active"),
      show: (row) => (
        <Tone tone={row.active ? "good" : "neutral"}>{t(row.active ? "common.yes" : "common.no")}</Tone>
      ),
    },
  ];
  const names: Field[] = [
    { name: "name", label: t("unit.name"), kind: "text", required: true },
    { name: "name_en", label: t("unit.nameEn"), kind: "text" },
  ];
  const fieldsNew: Field[] = [
    { name: "parent_id", label: t("unit.above"), kind: "choice", required: true, choices: units },
    { name: "code", label: t("unit.code"), kind: "text", required: true },
    ...names,
    { name: "is_centre", label: t("unit.centreHint"), kind: "switch" },
  ];
  const fieldsEdit: Field[] = [...names, { name: "active", label: t("unit.active"), kind: "switch" }];
  const row = editor.editing;
  const start: Values = row ? { name: row.name, name_en: row.name_en, active: row.active } : {};
  return (
    <>
      <PageHeader
        title={t("shell.menu.units")}
        actions={mayEdit && <Button onClick={editor.startAdding}>{t("unit.add")}</Button>}
      />
      <ListView<Unit>
        name="units"
        path="/api/units"
        label={t("shell.menu.units")}
        state={state}
        columns={columns}
        rowKey={({ id }) => id}
        {...(mayEdit ? { onOpen: editor.startEditing } : {})}
        empty={{ title: t("unit.none") }}
      />
      {editor.adding && (
        <FormDialog
          title={t("unit.add")}
          fields={fieldsNew}
          start={{}}
          busy={editor.busy}
          refusal={editor.refusal}
          onClose={editor.close}
          onSend={(values) => editor.sendNew(fieldsNew, values)}
        />
      )}
      {row && (
        <FormDialog
          title={t("unit.edit", { name: row.name })}
          fields={fieldsEdit}
          start={start}
          busy={editor.busy}
          refusal={editor.refusal}
          onClose={editor.close}
          onSend={(values) => editor.sendEdit(fieldsEdit, start, values)}
        />
      )}
    </>
  );
}

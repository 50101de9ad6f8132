// Adding a unit below another, and correcting one: names, code, place in the tree.
import { useTranslation } from "react-i18next";
import { addRow, type Unit } from "../../api/register";
import { FormDialog } from "../../parts/form/FormDialog";
import { clean, type Field } from "../../parts/form/fields";
import { useAct } from "../../parts/useAct";
import { useUnitChoices } from "./choices";
import { useRowEdit } from "./useRowEdit";

const TOUCHES = ["units"];

function useUnitFields(below?: Unit): Field[] {
  const { t } = useTranslation();
  const units = useUnitChoices();
  const above: Field = {
    name: "parent_id",
    label: t("unit.above"),
    kind: "choice",
    required: true,
    choices: units.filter(({ value }) => value !== below?.id),
  };
  return [
    ...(below && below.parent_id === null ? [] : [above]),
    {
      name: "code",
      label: t("unit.code"),
      kind: "text",
      required: true,
      hint: t("unit.codeHint"),
      pattern: { like: /^\S+$/, otherwise: t("invalidReason.no_spaces") },
    },
    { name: "name", label: t("unit.name"), kind: "text", required: true },
    { name: "name_en", label: t("unit.nameEn"), kind: "text" },
  ];
}

export function NewUnitDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const fields: Field[] = [
    ...useUnitFields(),
    { name: "is_centre", label: t("unit.centreHint"), kind: "switch" },
  ];
  const add = useAct({
    run: (values: Record<string, unknown>, key) => addRow("units", values, key),
    touches: TOUCHES,
    done: t("common.saved"),
    quiet: true,
    after: onClose,
  });
  return (
    <FormDialog
      title={t("unit.add")}
      fields={fields}
      start={{}}
      busy={add.isPending}
      refusal={add.error}
      onClose={onClose}
      onSend={(values) => add.mutate(clean(fields, values))}
    />
  );
}

export function UnitDialog({ unit, onClose }: { unit: Unit; onClose: () => void }) {
  const { t } = useTranslation();
  const fields: Field[] = [
    ...useUnitFields(unit),
    { name: "active", label: t("unit.active"), kind: "switch" },
  ];
  const { row, busy, refusal, send } = useRowEdit({
    table: "units",
    opened: unit,
    touches: TOUCHES,
    onClose,
  });
  const { parent_id, code, name, name_en, active } = row;
  const start = { parent_id, code, name, name_en, active };
  return (
    <FormDialog
      title={t("unit.edit", { name: unit.name })}
      fields={fields}
      start={start}
      busy={busy}
      refusal={refusal}
      onClose={onClose}
      onSend={(values) => send(fields, start, values)}
    />
  );
}

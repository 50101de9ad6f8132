// Adding and editing rows of one table of the register: which dialog is open, sending, refreshing.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { addRow, editRow, type Table } from "../../api/register";
import { changes, clean, type Field, type Values } from "../../parts/form/fields";
import { useAct } from "../../parts/useAct";

export interface VersionedRow {
  readonly id: string;
  readonly row_version: number;
}

export function useEditor<Row extends VersionedRow>(table: Table, touches: readonly string[]) {
  const { t } = useTranslation();
  const [adding, setAdding] = useState(false);
  const [editing, setEditing] = useState<Row | null>(null);
  const close = () => {
    setAdding(false);
    setEditing(null);
    add.reset();
    edit.reset();
  };
  const add = useAct({
    run: (values: Record<string, unknown>, key) => addRow(table, values, key),
    touches,
    done: t("common.saved"),
    quiet: true,
    after: () => setAdding(false),
  });
  const edit = useAct({
    run: (input: { row: Row; values: Record<string, unknown> }, key) =>
      editRow(table, input.row.id, input.row.row_version, input.values, key),
    touches,
    done: t("common.saved"),
    quiet: true,
    after: () => setEditing(null),
  });
  return {
    adding,
    editing,
    startAdding: () => setAdding(true),
    startEditing: setEditing,
    close,
    busy: add.isPending || edit.isPending,
    refusal: add.error ?? edit.error,
    sendNew: (fields: readonly Field[], values: Values, extra: Record<string, unknown> = {}) =>
      add.mutate({ ...clean(fields, values), ...extra }),
    sendEdit: (fields: readonly Field[], before: Values, after: Values) => {
      if (!editing) return;
      const changed = changes(fields, before, after);
      if (Object.keys(changed).length === 0) close();
      else edit.mutate({ row: editing, values: changed });
    },
  };
}

// Editing one row of the register. The row stays as it was opened until this person sends; when somebody else was
// faster, the newer row takes its place, and the form shows what changed (FormDialog).
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { editRow, readRow, type Table } from "../../api/register";
import { changes, type Field, type FieldValue, type Values } from "../../parts/form/fields";
import { useAct } from "../../parts/useAct";

export interface VersionedRow {
  readonly id: string;
  readonly row_version: number;
}

interface RowEditOptions<Row> {
  table: Table;
  opened: Row;
  touches: readonly string[];
  onClose: () => void;
  done?: string;
}

export function useRowEdit<Row extends VersionedRow>(options: RowEditOptions<Row>) {
  const { table, opened, touches, onClose, done } = options;
  const { t } = useTranslation();
  const [row, setRow] = useState(opened);
  const edit = useAct({
    run: (values: Record<string, unknown>, key) => editRow(table, row.id, row.row_version, values, key),
    touches,
    done: done ?? t("common.saved"),
    quiet: true,
    after: onClose,
    reload: async () => setRow(await readRow<Row>(table, row.id)),
  });
  return {
    row,
    busy: edit.isPending,
    refusal: edit.error,
    /** Sends what differs from the row as it is stored; nothing closes the form. */
    send: (fields: readonly Field[], stored: Values, values: Values, more: Record<string, unknown> = {}) => {
      const changed: Record<string, FieldValue | unknown> = { ...changes(fields, stored, values), ...more };
      if (Object.keys(changed).length > 0) edit.mutate(changed);
      else onClose();
    },
  };
}

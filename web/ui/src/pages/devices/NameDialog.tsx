// A locator's name in a foreign form: entering one, correcting one that was entered wrongly, ending it.
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { findDevices } from "../../api/commands";
import {
  addBinding,
  correctBinding,
  endBinding,
  type Source,
  type SourceBinding,
} from "../../api/foreignNames";
import { readPage } from "../../api/list";
import { instantToWall, wallToInstant } from "../../app/time";
import { Ask } from "../../parts/Ask";
import { FormDialog } from "../../parts/form/FormDialog";
import { changes, clean, type Field, type FieldValue, type Values } from "../../parts/form/fields";
import { useAct } from "../../parts/useAct";
import { useConfig } from "../../session/useSession";
import { showPlate } from "../../text/plates";
import { wordChoices } from "../admin/choices";
import { SOURCES } from "./sources";

interface NameDialogProps {
  /** What the form begins with. */
  start: Values;
  /** Corrects this one instead of entering another. */
  row?: SourceBinding;
  /** Of the locator it begins with. */
  code?: string;
  onClose: () => void;
  onDone?: () => void;
}

const MOMENTS = ["since", "until"];

export function NameDialog({ start, row: opened, code, onClose, onDone }: NameDialogProps) {
  const { t } = useTranslation();
  const { timezone } = useConfig();
  const [row, setRow] = useState(opened);
  const [typed, setTyped] = useState(opened?.code ?? code ?? "");
  // What is chosen stands in the field as "code · plate": its code finds it again.
  const [wanted] = useDebouncedValue(typed.split(" · ")[0] ?? "", 250);
  const devices = useQuery({
    queryKey: ["devices", "choices", wanted],
    queryFn: () => findDevices(wanted),
    placeholderData: (before) => before,
  });
  const wall = (instant: string | null | undefined) => (instant ? instantToWall(instant, timezone) : null);
  const stored: Values = row
    ? {
        device_id: row.device_id,
        external_id: row.external_id,
        since: wall(row.since),
        until: wall(row.until),
      }
    : start;
  const fields: Field[] = [
    ...(row
      ? []
      : [
          {
            name: "source",
            label: t("foreign.source"),
            kind: "choice",
            required: true,
            choices: wordChoices(t, "foreignForm", SOURCES),
          } as const,
        ]),
    {
      name: "external_id",
      label: t("foreign.name"),
      kind: "text",
      required: true,
      hint: t("foreign.nameHint"),
    },
    {
      name: "device_id",
      label: t("foreign.device"),
      kind: "choice",
      required: true,
      search: setTyped,
      choices: (devices.data ?? []).map(({ id, code, plate }) => ({
        value: id,
        label: plate ? `${code} · ${showPlate(plate)}` : code,
      })),
    },
    {
      name: "since",
      label: t("foreign.since"),
      kind: "moment",
      required: Boolean(row),
      ...(row ? {} : { hint: t("foreign.sinceHint") }),
    },
    { name: "until", label: t("foreign.until"), kind: "moment", hint: t("foreign.untilHint") },
  ];
  const touches = ["source-bindings", "quarantine", "devices"];
  const after = () => (onDone ? onDone() : onClose());
  const reload = async () => {
    if (!row) return;
    const query = { source: row.source, q: row.external_id, limit: 100 };
    const found = await readPage<SourceBinding>("/api/source-bindings", query);
    setRow(found.items.find(({ id }) => id === row.id) ?? row);
  };
  const send = useAct({
    run: (values: Record<string, FieldValue>, key): Promise<unknown> => {
      const body = Object.fromEntries(
        Object.entries(values).map(([name, value]) => [
          name,
          MOMENTS.includes(name) && typeof value === "string" ? wallToInstant(value, timezone) : value,
        ]),
      );
      return row
        ? correctBinding(row.id, row.row_version, body, key)
        : addBinding(body as { device_id: string; source: Source; external_id: string }, key);
    },
    touches,
    done: t("foreign.saved"),
    quiet: true,
    after,
    reload,
  });
  const end = useAct({
    run: (of: SourceBinding, key) => endBinding(of.id, of.row_version, key),
    touches,
    done: t("foreign.ended"),
    after,
    reload,
  });
  return (
    <FormDialog
      title={row ? t("foreign.edit", { name: row.external_id }) : t("foreign.add")}
      fields={fields}
      start={stored}
      busy={send.isPending}
      refusal={send.error}
      question={() => (row ? t("foreign.correctMeans") : null)}
      onClose={onClose}
      onSend={(values) => {
        const changed = row ? changes(fields, stored, values) : clean(fields, values);
        if (Object.keys(changed).length > 0) send.mutate(changed);
        else onClose();
      }}
    >
      {row?.current && (
        <Ask
          label={t("foreign.end")}
          consequence={t("foreign.endMeans")}
          busy={end.isPending}
          onConfirm={() => end.mutate(row)}
        />
      )}
    </FormDialog>
  );
}

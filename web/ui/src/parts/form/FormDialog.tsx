// One dialog for adding or editing a row of the register. It keeps only what this person changed, beside the row as it
// is stored: when somebody else was faster the newer row shows through, and what he changed is marked.
import { Box, Stack } from "@mantine/core";
import { useId } from "@mantine/hooks";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "../Dialog";
import { ClashNote } from "./ClashNote";
import { FieldInput } from "./FieldInput";
import { FormEnd } from "./FormEnd";
import { clashes, type Field, type FieldValue, type Values } from "./fields";
import { RefusalNote } from "./RefusalNote";
import { troublesOf } from "./troubles";
import { useFocusOnTrouble } from "./useFocusOnTrouble";
import { useRefusedFields } from "./useRefusedFields";

interface FormDialogProps {
  title: string;
  fields: readonly Field[];
  /** The row as it is stored; another one replaces it while the form is open. */
  start: Values;
  busy: boolean;
  refusal: unknown;
  submit?: string;
  children?: ReactNode;
  /** What is shown below a field, by its name. */
  below?: Readonly<Record<string, ReactNode>>;
  /** A consequence to be confirmed before these values are sent. */
  question?: (values: Values) => string | null;
  onChange?: (values: Values) => void;
  onClose: () => void;
  onSend: (values: Values) => void;
}

export function FormDialog(props: FormDialogProps) {
  const { title, fields, start, busy, refusal, children, below, question, onChange, onClose, onSend } = props;
  const { t } = useTranslation();
  const form = useId();
  const [seen] = useState(start);
  const [mine, setMine] = useState<Values>({});
  const [tried, setTried] = useState(0);
  const [confirmed, setConfirmed] = useState<string | null>(null);
  const values = { ...start, ...mine };
  const asked = question?.(values) ?? null;
  const names = fields.map(({ name }) => name);
  const own = troublesOf(t, fields, values);
  const { refused, settle } = useRefusedFields(names, refusal);
  const shown = { ...refused, ...(tried ? own : {}) };
  const clashing = new Map(clashes(fields, seen, start, mine).map((clash) => [clash.name, clash]));
  useFocusOnTrouble(form, names, shown, refusal, tried);

  const change = (name: string, value: FieldValue) => {
    settle(name);
    setMine((before) => ({ ...before, [name]: value }));
    onChange?.({ ...values, [name]: value });
  };
  const takeTheirs = (name: string) =>
    setMine((before) => Object.fromEntries(Object.entries(before).filter(([each]) => each !== name)));
  const send = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation(); // a form opened from within another must not send that one too
    setTried((times) => times + 1);
    if (Object.keys(own).length > 0) return;
    if (asked !== null && confirmed !== asked) setConfirmed(asked);
    else onSend(values);
  };
  return (
    <Dialog onClose={onClose} title={title} size="lg">
      <form onSubmit={send} noValidate>
        <Stack gap="sm">
          <RefusalNote id={`${form}-refusal`} refusal={refusal} stale={t("form.stale")} />
          {fields.map((field) => {
            const clash = clashing.get(field.name);
            return (
              <Box key={field.name}>
                <FieldInput
                  id={`${form}-${field.name}`}
                  field={field}
                  value={values[field.name] ?? null}
                  error={shown[field.name]}
                  onChange={change}
                />
                {clash && (
                  <ClashNote field={field} clash={clash} onTakeTheirs={() => takeTheirs(field.name)} />
                )}
                {below?.[field.name]}
              </Box>
            );
          })}
          {children}
          <FormEnd
            busy={busy}
            submit={props.submit ?? t("common.save")}
            consequence={confirmed === asked ? asked : null}
            onClose={onClose}
          />
        </Stack>
      </form>
    </Dialog>
  );
}

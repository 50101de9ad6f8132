// One dialog for adding or editing a row of the register; shows the server's refusal beside the fields.
import { Button, Group, Modal, Stack } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { errorSentence } from "../../text/codes";
import { Note } from "../Note";
import { FieldInput } from "./FieldInput";
import { type Field, type FieldValue, missingFields, type Values } from "./fields";

interface FormDialogProps {
  title: string;
  fields: readonly Field[];
  start: Values;
  busy: boolean;
  refusal: unknown;
  submit?: string;
  children?: ReactNode;
  onClose: () => void;
  onSend: (values: Values) => void;
}

export function FormDialog(props: FormDialogProps) {
  const { title, fields, start, busy, refusal, submit, children, onClose, onSend } = props;
  const { t } = useTranslation();
  const [values, setValues] = useState<Values>(start);
  const missing = missingFields(fields, values);
  const change = (name: string, value: FieldValue) => setValues((before) => ({ ...before, [name]: value }));
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (missing.length === 0) onSend(values);
  };
  return (
    <Modal opened onClose={onClose} title={title} size="lg">
      <form onSubmit={send}>
        <Stack gap="sm">
          {refusal ? (
            <Note tone="bad" role="alert">
              {errorSentence(t, refusal)}
            </Note>
          ) : null}
          {fields.map((field) => (
            <FieldInput key={field.name} field={field} value={values[field.name] ?? null} onChange={change} />
          ))}
          {children}
          <Group justify="flex-end" mt="xs">
            <Button variant="default" onClick={onClose}>
              {t("common.cancel")}
            </Button>
            <Button type="submit" loading={busy}>
              {submit ?? t("common.save")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

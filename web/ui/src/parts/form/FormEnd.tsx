// The end of every form: leaving it, sending it, and the consequence to be confirmed first when there is one.
import { Button, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Note } from "../Note";

interface FormEndProps {
  busy: boolean;
  submit: string;
  consequence?: string | null;
  onClose: () => void;
}

export function FormEnd({ busy, submit, consequence = null, onClose }: FormEndProps) {
  const { t } = useTranslation();
  return (
    <>
      {consequence !== null && (
        <Note tone="warn" role="alert">
          {consequence}
        </Note>
      )}
      <Group justify="flex-end" mt="xs">
        <Button variant="default" onClick={onClose}>
          {t("common.cancel")}
        </Button>
        <Button type="submit" loading={busy}>
          {consequence === null ? submit : t("form.confirm", { action: submit })}
        </Button>
      </Group>
    </>
  );
}

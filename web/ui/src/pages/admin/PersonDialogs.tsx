// Adding a person; editing one, with roles and a new initial password as steps of their own.
import { Button, Divider, Group, PasswordInput, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { addRow, type Person, type RoleHeld, resetPassword, setRoles } from "../../api/register";
import { FormDialog } from "../../parts/form/FormDialog";
import { clean, type Field, type Values } from "../../parts/form/fields";
import { useAct } from "../../parts/useAct";
import { LICENCE_CLASSES, useUnitChoices } from "./choices";
import { RolesField } from "./RolesField";
import type { useEditor } from "./useEditor";

function usePersonFields(): { common: Field[]; first: Field[] } {
  const { t } = useTranslation();
  const units = useUnitChoices();
  const licences = LICENCE_CLASSES.map((value) => ({ value, label: value }));
  return {
    first: [
      { name: "login", label: t("login.name"), kind: "text", required: true, hint: t("person.loginHint") },
      {
        name: "password",
        label: t("person.initial"),
        kind: "password",
        required: true,
        hint: t("account.rule"),
      },
    ],
    common: [
      { name: "name", label: t("person.name"), kind: "text", required: true },
      { name: "unit_id", label: t("person.unit"), kind: "choice", required: true, choices: units },
      { name: "phone", label: t("person.phone"), kind: "text" },
      { name: "licence_class", label: t("person.licence"), kind: "choice", choices: licences },
      { name: "licence_expires_on", label: t("person.licenceUntil"), kind: "date" },
    ],
  };
}

export function NewPersonDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { first, common } = usePersonFields();
  const [roles, setRolesHeld] = useState<RoleHeld[]>([{ role: "employee", unit_id: "" }]);
  const fields = [...first, ...common];
  const add = useAct({
    run: (values: Record<string, unknown>, key) => addRow("people", values, key),
    touches: ["people"],
    done: t("common.saved"),
    quiet: true,
    after: onClose,
  });
  const send = (values: Values) => {
    const unitId = String(values["unit_id"] ?? "");
    const held = roles.map(({ role, unit_id }) => ({ role, unit_id: unit_id || unitId }));
    add.mutate({ ...clean(fields, values), roles: held });
  };
  return (
    <FormDialog
      title={t("person.add")}
      fields={fields}
      start={{}}
      busy={add.isPending}
      refusal={add.error}
      onClose={onClose}
      onSend={send}
    >
      <RolesField value={roles} unitId="" onChange={setRolesHeld} />
      <Text size="xs" c="dimmed">
        {t("person.roleUnitHint")}
      </Text>
    </FormDialog>
  );
}

interface PersonDialogProps {
  person: Person;
  editor: ReturnType<typeof useEditor<Person>>;
}

export function PersonDialog({ person, editor }: PersonDialogProps) {
  const { t } = useTranslation();
  const { common } = usePersonFields();
  const fields: Field[] = [...common, { name: "active", label: t("person.active"), kind: "switch" }];
  const start: Values = {
    name: person.name,
    unit_id: person.unit_id,
    phone: person.phone,
    licence_class: person.licence_class,
    licence_expires_on: person.licence_expires_on,
    active: person.active,
  };
  return (
    <FormDialog
      title={t("person.edit", { name: person.name })}
      fields={fields}
      start={start}
      busy={editor.busy}
      refusal={editor.refusal}
      onClose={editor.close}
      onSend={(values) => editor.sendEdit(fields, start, values)}
    >
      <PersonSteps person={person} onDone={editor.close} />
    </FormDialog>
  );
}

function PersonSteps({ person, onDone }: { person: Person; onDone: () => void }) {
  const { t } = useTranslation();
  const [roles, setHeld] = useState<RoleHeld[]>(person.roles);
  const [password, setPassword] = useState("");
  const saveRoles = useAct({
    run: (next: RoleHeld[], key) => setRoles(person.id, next, key),
    touches: ["people"],
    done: t("person.rolesSaved"),
    after: onDone,
  });
  const reset = useAct({
    run: (next: string, key) => resetPassword(person.id, next, key),
    touches: ["people"],
    done: t("person.passwordSet"),
    after: onDone,
  });
  return (
    <Stack gap="sm">
      <Divider label={t("person.stepsTitle")} />
      <RolesField value={roles} unitId={person.unit_id} onChange={setHeld} />
      <Button
        variant="default"
        size="xs"
        loading={saveRoles.isPending}
        onClick={() => saveRoles.mutate(roles)}
        style={{ alignSelf: "flex-start" }}
      >
        {t("person.saveRoles")}
      </Button>
      <Group align="flex-end" gap="xs">
        <PasswordInput
          label={t("person.initial")}
          description={t("account.rule")}
          autoComplete="new-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ "aria-label": t("login.showPassword"), tabIndex: 0 }}
          style={{ flex: 1 }}
        />
        <Button
          variant="default"
          disabled={!password}
          loading={reset.isPending}
          onClick={() => reset.mutate(password)}
        >
          {t("person.setPassword")}
        </Button>
      </Group>
    </Stack>
  );
}

// Adding a person, and correcting one: fields, roles and a new initial password are saved together.
import { Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { addRow, type Person, type RoleHeld } from "../../api/register";
import { FormDialog } from "../../parts/form/FormDialog";
import { clean, type Field, type Values } from "../../parts/form/fields";
import { Note } from "../../parts/Note";
import { useAct } from "../../parts/useAct";
import { useConfig } from "../../session/useSession";
import { LICENCE_CLASSES, useUnitChoices } from "./choices";
import { RolesField } from "./RolesField";
import { plainRole, sameRoles } from "./roles";
import { useRowEdit } from "./useRowEdit";

const TOUCHES = ["people"];

function usePersonFields(): { login: Field; common: Field[]; password: Field } {
  const { t } = useTranslation();
  const units = useUnitChoices();
  const { shortest_password: shortest } = useConfig();
  const licences = LICENCE_CLASSES.map((value) => ({ value, label: value }));
  return {
    login: {
      name: "login",
      label: t("login.name"),
      kind: "text",
      required: true,
      hint: t("person.loginHint"),
      pattern: { like: /^[A-Za-z0-9_.@-]{2,64}$/, otherwise: t("invalidReason.letters_digits_only") },
    },
    password: {
      name: "password",
      label: t("person.initial"),
      kind: "password",
      hint: t("account.rule", { count: shortest }),
    },
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
  const { login, common, password } = usePersonFields();
  const [roles, setRoles] = useState<RoleHeld[]>([{ role: "employee", unit_id: "" }]);
  const fields = [login, { ...password, required: true }, ...common];
  const add = useAct({
    run: (values: Record<string, unknown>, key) => addRow("people", values, key),
    touches: TOUCHES,
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
      <RolesField value={roles} unitId="" onChange={setRoles} />
      <Text size="xs" c="dimmed">
        {t("person.roleUnitHint")}
      </Text>
    </FormDialog>
  );
}

export function PersonDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const { t } = useTranslation();
  const { common, password } = usePersonFields();
  const { shortest_password: shortest } = useConfig();
  const edit = useRowEdit({ table: "people", opened: person, touches: TOUCHES, onClose });
  const [mine, setMine] = useState<RoleHeld[] | null>(null);
  const stored = edit.row;
  const roles = mine ?? stored.roles;
  const otherRoles = !sameRoles(roles, stored.roles);
  const fields: Field[] = [
    ...common,
    { name: "active", label: t("person.active"), kind: "switch" },
    { ...password, label: t("person.setPassword"), hint: t("person.setPasswordHint", { count: shortest }) },
  ];
  const { name, unit_id, phone, licence_class, licence_expires_on, active } = stored;
  const start: Values = { name, unit_id, phone, licence_class, licence_expires_on, active, password: null };
  return (
    <FormDialog
      title={t("person.edit", { name: person.name })}
      fields={fields}
      start={start}
      busy={edit.busy}
      refusal={edit.refusal}
      question={(values) =>
        otherRoles || values["password"] || (active && values["active"] === false)
          ? t("person.signsOut", { name: person.name })
          : null
      }
      onClose={onClose}
      onSend={(values) => edit.send(fields, start, values, otherRoles ? { roles: roles.map(plainRole) } : {})}
    >
      {!sameRoles(person.roles, stored.roles) && (
        <Note tone="warn">{t(otherRoles ? "person.rolesChangedByBoth" : "person.rolesChanged")}</Note>
      )}
      <RolesField value={roles} unitId={person.unit_id} onChange={setMine} />
    </FormDialog>
  );
}

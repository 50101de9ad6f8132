// The roles of a person, each with the unit from which it reaches down.
import { ActionIcon, Button, Fieldset, Group, Select, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { RoleHeld } from "../../api/register";
import { Icon } from "../../parts/Icon";
import { ROLES, useUnitChoices, wordChoices } from "./choices";

interface RolesFieldProps {
  value: readonly RoleHeld[];
  unitId: string;
  onChange: (roles: RoleHeld[]) => void;
}

export function RolesField({ value, unitId, onChange }: RolesFieldProps) {
  const { t } = useTranslation();
  const units = useUnitChoices();
  const change = (index: number, changes: Partial<RoleHeld>) =>
    onChange(value.map((held, at) => (at === index ? { ...held, ...changes } : held)));
  return (
    <Fieldset legend={t("person.roles")} p="sm">
      <Stack gap="xs">
        {value.map((held, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows are edited in place, their order is their identity
          <Group key={index} gap="xs" wrap="nowrap">
            <Select
              aria-label={t("person.role")}
              data={[...wordChoices(t, "role", ROLES)]}
              value={held.role}
              allowDeselect={false}
              onChange={(role) => role && change(index, { role })}
              style={{ flex: 1 }}
            />
            <Select
              aria-label={t("person.roleUnit")}
              data={[...units]}
              searchable
              value={held.unit_id || null}
              allowDeselect={false}
              onChange={(unit_id) => unit_id && change(index, { unit_id })}
              style={{ flex: 1 }}
            />
            <ActionIcon
              variant="default"
              size="lg"
              aria-label={t("person.removeRole")}
              onClick={() => onChange(value.filter((_, at) => at !== index))}
            >
              <Icon name="close" size={16} />
            </ActionIcon>
          </Group>
        ))}
        <Button
          variant="default"
          size="xs"
          leftSection={<Icon name="plus" size={14} />}
          onClick={() => onChange([...value, { role: "employee", unit_id: unitId }])}
          style={{ alignSelf: "flex-start" }}
        >
          {t("person.addRole")}
        </Button>
      </Stack>
    </Fieldset>
  );
}

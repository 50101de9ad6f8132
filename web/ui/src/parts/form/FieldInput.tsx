// One field of a register form, by its kind.
import { Group, PasswordInput, Select, Switch, Text, TextInput } from "@mantine/core";
import { DateInput, DateTimePicker } from "@mantine/dates";
import { useTranslation } from "react-i18next";
import { Tone } from "../Tone";
import type { Choice, Field, FieldValue } from "./fields";
import { NumberField } from "./NumberField";

interface FieldInputProps {
  id: string;
  field: Field;
  value: FieldValue;
  error: string | undefined;
  onChange: (name: string, value: FieldValue) => void;
}

export function FieldInput({ id, field, value, error, onChange }: FieldInputProps) {
  const { t } = useTranslation();
  const { name, label, hint, required = false } = field;
  const common = { id, label, description: hint, required, error };
  const text = typeof value === "string" ? value : "";
  const clear = { clearable: !required, clearButtonProps: { "aria-label": t("common.clear") } };
  switch (field.kind) {
    case "switch":
      return (
        <Switch
          id={id}
          label={label}
          description={hint}
          error={error}
          checked={value === true}
          onChange={(event) => onChange(name, event.currentTarget.checked)}
        />
      );
    case "number":
      return (
        <NumberField
          {...common}
          whole={field.whole ?? false}
          value={typeof value === "boolean" ? null : value}
          onChange={(next) => onChange(name, next)}
        />
      );
    case "choice":
      return (
        <Select
          {...common}
          {...clear}
          searchable={Boolean(field.search) || (field.choices?.length ?? 0) > 8}
          {...(field.search ? { onSearchChange: field.search, filter: ({ options }) => options } : {})}
          nothingFoundMessage={t("list.nothingMatches")}
          data={(field.choices ?? []).map((choice) => ({ value: choice.value, label: choice.label }))}
          {...(field.choices?.some(({ about, mark }) => about || mark)
            ? { renderOption: ({ option }) => <Offered choice={found(field, option.value)} /> }
            : {})}
          value={text || null}
          onChange={(next) => onChange(name, next)}
        />
      );
    case "date":
      return (
        <DateInput
          {...common}
          {...clear}
          valueFormat="YYYY-MM-DD"
          value={text || null}
          onChange={(next) => onChange(name, next)}
        />
      );
    case "moment": // wall-clock time of the installation's zone
      return (
        <DateTimePicker
          {...common}
          {...clear}
          withSeconds
          valueFormat="YYYY-MM-DD HH:mm:ss"
          value={text || null}
          onChange={(next) => onChange(name, next)}
        />
      );
    case "password":
      return (
        <PasswordInput
          {...common}
          autoComplete="new-password"
          value={text}
          visibilityToggleButtonProps={{ "aria-label": t("login.showPassword"), tabIndex: 0 }}
          onChange={(event) => onChange(name, event.currentTarget.value)}
        />
      );
    default:
      return (
        <TextInput
          {...common}
          maxLength={200}
          value={text}
          onChange={(event) => onChange(name, event.currentTarget.value)}
        />
      );
  }
}

const found = (field: Field, value: string): Choice =>
  field.choices?.find((choice) => choice.value === value) ?? { value, label: value };

function Offered({ choice }: { choice: Choice }) {
  return (
    <div>
      <Group gap="xs">
        <Text size="sm">{choice.label}</Text>
        {choice.mark && <Tone tone={choice.mark.tone}>{choice.mark.word}</Tone>}
      </Group>
      {choice.about && (
        <Text size="xs" c="dimmed">
          {choice.about}
        </Text>
      )}
    </div>
  );
}

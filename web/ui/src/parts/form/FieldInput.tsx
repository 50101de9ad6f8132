// One field of a register form, by its kind.
import { NumberInput, PasswordInput, Select, Switch, TextInput } from "@mantine/core";
import { DateInput } from "@mantine/dates";
import { useTranslation } from "react-i18next";
import type { Field, FieldValue } from "./fields";

interface FieldInputProps {
  field: Field;
  value: FieldValue;
  onChange: (name: string, value: FieldValue) => void;
}

export function FieldInput({ field, value, onChange }: FieldInputProps) {
  const { t } = useTranslation();
  const { name, label, hint, required = false } = field;
  const common = { label, description: hint, required, name };
  const text = typeof value === "string" ? value : "";
  switch (field.kind) {
    case "switch":
      return (
        <Switch
          label={label}
          description={hint}
          checked={value === true}
          onChange={(event) => onChange(name, event.currentTarget.checked)}
        />
      );
    case "number":
      return (
        <NumberInput
          {...common}
          {...(field.min === undefined ? {} : { min: field.min })}
          {...(field.max === undefined ? {} : { max: field.max })}
          value={typeof value === "number" ? value : ""}
          hideControls
          onChange={(next) => onChange(name, next === "" ? null : Number(next))}
        />
      );
    case "choice":
      return (
        <Select
          {...common}
          searchable={(field.choices?.length ?? 0) > 8}
          clearable={!required}
          clearButtonProps={{ "aria-label": t("common.clear") }}
          nothingFoundMessage={t("list.nothingMatches")}
          data={[...(field.choices ?? [])]}
          value={text || null}
          onChange={(next) => onChange(name, next)}
        />
      );
    case "date":
      return (
        <DateInput
          {...common}
          clearable={!required}
          clearButtonProps={{ "aria-label": t("common.clear") }}
          valueFormat="YYYY-MM-DD"
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

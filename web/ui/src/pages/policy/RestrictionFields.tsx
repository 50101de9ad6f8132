// One restriction of plates: which digits stay off the road on which days and when, and who may drive all the same.
import {
  Button,
  Checkbox,
  Fieldset,
  Group,
  MultiSelect,
  SimpleGrid,
  Stack,
  Switch,
  TextInput,
} from "@mantine/core";
import { useTranslation } from "react-i18next";
import { VEHICLE_CLASSES, wordChoices } from "../admin/choices";
import type { RestrictionForm } from "./form";

const WEEKDAYS = ["1", "2", "3", "4", "5", "6", "7"] as const;
const DIGITS = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"] as const;

interface RestrictionFieldsProps {
  number: number;
  value: RestrictionForm;
  onChange: (more: Partial<RestrictionForm>) => void;
  onRemove: () => void;
}

export function RestrictionFields({ number, value, onChange, onRemove }: RestrictionFieldsProps) {
  const { t } = useTranslation();
  return (
    <Fieldset legend={t("fleetPolicy.restriction", { number })}>
      <Stack gap="sm">
        <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="sm">
          <TextInput
            label={t("fleetPolicy.name")}
            required
            maxLength={60}
            value={value.name}
            onChange={(event) => onChange({ name: event.currentTarget.value })}
          />
          <TextInput
            label={t("fleetPolicy.from")}
            placeholder="00:00"
            maxLength={5}
            value={value.from}
            onChange={(event) => onChange({ from: event.currentTarget.value })}
          />
          <TextInput
            label={t("fleetPolicy.to")}
            placeholder="24:00"
            maxLength={5}
            value={value.to}
            onChange={(event) => onChange({ to: event.currentTarget.value })}
          />
        </SimpleGrid>
        <Checkbox.Group
          label={t("fleetPolicy.weekdays")}
          value={[...value.weekdays]}
          onChange={(weekdays) => onChange({ weekdays })}
        >
          <Group gap="sm" mt={6}>
            {WEEKDAYS.map((day) => (
              <Checkbox key={day} value={day} label={t(`weekdayShort.${day}`)} />
            ))}
          </Group>
        </Checkbox.Group>
        <Checkbox.Group
          label={t("fleetPolicy.digits")}
          value={[...value.digits]}
          onChange={(digits) => onChange({ digits })}
        >
          <Group gap="sm" mt={6}>
            {DIGITS.map((digit) => (
              <Checkbox key={digit} value={digit} label={digit} />
            ))}
          </Group>
        </Checkbox.Group>
        <MultiSelect
          label={t("fleetPolicy.exemptClasses")}
          data={[...wordChoices(t, "vehicleClass", VEHICLE_CLASSES)]}
          value={[...value.exemptClasses]}
          onChange={(exemptClasses) => onChange({ exemptClasses })}
        />
        <Group gap="lg">
          <Switch
            label={t("fleetPolicy.nevExempt")}
            checked={value.nevExempt}
            onChange={(event) => onChange({ nevExempt: event.currentTarget.checked })}
          />
          <Switch
            label={t("fleetPolicy.daysOffExempt")}
            checked={value.daysOffExempt}
            onChange={(event) => onChange({ daysOffExempt: event.currentTarget.checked })}
          />
        </Group>
        <Group>
          <Button size="xs" variant="default" onClick={onRemove}>
            {t("fleetPolicy.removeRestriction")}
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}

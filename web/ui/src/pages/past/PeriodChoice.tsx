// Which days are shown: two days that can be chosen, and the same number of days before or after.
import { ActionIcon, Group } from "@mantine/core";
import { DateInput } from "@mantine/dates";
import { useTranslation } from "react-i18next";
import { Icon } from "../../parts/Icon";
import { type Days, lengthOf, movedDay, possible } from "./diary";

interface PeriodChoiceProps {
  days: Days;
  today: string;
  onChange: (days: Days) => void;
}

export function PeriodChoice({ days, today, onChange }: PeriodChoiceProps) {
  const { t } = useTranslation();
  const length = lengthOf(days);
  const move = (by: number) =>
    onChange(possible({ first: movedDay(days.first, by), last: movedDay(days.last, by) }, today, "first"));
  const field = (name: "first" | "last") => (
    <DateInput
      aria-label={t(`drives.${name}Day`)}
      valueFormat="YYYY-MM-DD"
      w={132}
      maxDate={today}
      value={days[name]}
      onChange={(day) => day && onChange(possible({ ...days, [name]: day }, today, name))}
    />
  );
  return (
    <Group gap="xs" wrap="nowrap">
      <ActionIcon variant="default" size="lg" aria-label={t("drives.before")} onClick={() => move(-length)}>
        <Icon name="back" size={16} />
      </ActionIcon>
      {field("first")}
      <span aria-hidden="true">–</span>
      {field("last")}
      <ActionIcon
        variant="default"
        size="lg"
        disabled={days.last >= today}
        aria-label={t("drives.after")}
        onClick={() => move(length)}
      >
        <Icon name="onward" size={16} />
      </ActionIcon>
    </Group>
  );
}

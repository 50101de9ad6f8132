// Which day is shown: one before, one after, or any from the calendar; none that has not come yet.
import { ActionIcon, Group } from "@mantine/core";
import { DateInput } from "@mantine/dates";
import { useTranslation } from "react-i18next";
import { Icon } from "../../parts/Icon";

interface DayChoiceProps {
  day: string;
  latest: string;
  onChange: (day: string) => void;
}

const moved = (day: string, by: number): string =>
  new Date(Date.parse(`${day}T00:00Z`) + by * 86_400_000).toISOString().slice(0, 10);

export function DayChoice({ day, latest, onChange }: DayChoiceProps) {
  const { t } = useTranslation();
  return (
    <Group gap="xs">
      <ActionIcon
        variant="default"
        size="lg"
        aria-label={t("past.previousDay")}
        onClick={() => onChange(moved(day, -1))}
      >
        <Icon name="back" size={16} />
      </ActionIcon>
      <DateInput
        aria-label={t("past.day")}
        valueFormat="YYYY-MM-DD"
        w={140}
        maxDate={latest}
        value={day}
        onChange={(next) => next && onChange(next)}
      />
      <ActionIcon
        variant="default"
        size="lg"
        disabled={day >= latest}
        aria-label={t("past.nextDay")}
        onClick={() => onChange(moved(day, 1))}
      >
        <Icon name="onward" size={16} />
      </ActionIcon>
    </Group>
  );
}

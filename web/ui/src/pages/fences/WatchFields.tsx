// What is kept of what vehicles do at a fence, and who is told of it at once.
import {
  Button,
  Checkbox,
  Chip,
  CloseButton,
  Group,
  NativeSelect,
  NumberInput,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { useTranslation } from "react-i18next";
import { wordFor } from "../../text/codes";
import { wordChoices } from "../admin/choices";
import { DAYS, MOST_SCHEDULES, PASSING, type Schedule, TELLS, type Watch } from "./watch";

interface WatchFieldsProps {
  watch: Watch;
  depot: boolean;
  error: string | undefined;
  onChange: (watch: Watch) => void;
}

const NEW: Schedule = { days: [1, 2, 3, 4, 5, 6, 7], at: "22:00", tell: "absent" };

export function WatchFields({ watch, depot, error, onChange }: WatchFieldsProps) {
  const { t } = useTranslation();
  const change = (changes: Partial<Watch>) => onChange({ ...watch, ...changes });
  const setSchedule = (index: number, changes: Partial<Schedule>) =>
    change({ schedules: watch.schedules.map((each, n) => (n === index ? { ...each, ...changes } : each)) });
  // A row is named by its place: it has no other name, and keeps no state of its own.
  const rows = watch.schedules.map((schedule, place) => ({ place, schedule }));
  const anything = watch.events.length > 0 || watch.schedules.length > 0;
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t("watch.about")}
      </Text>
      <Checkbox.Group
        label={t("watch.events")}
        value={[...watch.events]}
        error={error}
        onChange={(events) => change({ events })}
      >
        <Group gap="md" mt={6}>
          {PASSING.map((each) => (
            <Checkbox key={each} value={each} label={wordFor(t, "fenceEvent", each)} />
          ))}
        </Group>
      </Checkbox.Group>
      {watch.events.includes("dwell") && (
        <NumberInput
          label={t("watch.dwell")}
          min={1}
          max={1440}
          allowDecimal={false}
          clampBehavior="strict"
          value={watch.dwell_min}
          onChange={(value) => change({ dwell_min: Number(value) || 1 })}
        />
      )}
      {rows.map(({ place, schedule }) => (
        <ScheduleRow
          key={place}
          schedule={schedule}
          depot={depot}
          onChange={(changes) => setSchedule(place, changes)}
          onRemove={() => change({ schedules: watch.schedules.filter((_, n) => n !== place) })}
        />
      ))}
      {watch.schedules.length < MOST_SCHEDULES && (
        <Button
          variant="default"
          size="xs"
          style={{ alignSelf: "flex-start" }}
          onClick={() => change({ schedules: [...watch.schedules, NEW] })}
        >
          {t("watch.addSchedule")}
        </Button>
      )}
      {anything && (
        <Checkbox.Group
          label={t("watch.tell")}
          description={t("watch.tellHint")}
          value={[...watch.tell]}
          onChange={(tell) => change({ tell })}
        >
          <Group gap="md" mt={6}>
            {TELLS.map((each) => (
              <Checkbox key={each} value={each} label={wordFor(t, "role", each)} />
            ))}
          </Group>
        </Checkbox.Group>
      )}
    </Stack>
  );
}

interface ScheduleRowProps {
  schedule: Schedule;
  depot: boolean;
  onChange: (changes: Partial<Schedule>) => void;
  onRemove: () => void;
}

function ScheduleRow({ schedule, depot, onChange, onRemove }: ScheduleRowProps) {
  const { t } = useTranslation();
  const days = schedule.days.map(String);
  return (
    <Stack
      gap={6}
      p="xs"
      style={{ border: "1px solid var(--mantine-color-default-border)", borderRadius: 6 }}
    >
      <Group gap={4} justify="space-between" wrap="nowrap" align="start">
        <Chip.Group
          multiple
          value={days}
          onChange={(value) =>
            value.length > 0 && onChange({ days: value.map(Number).sort((a, b) => a - b) })
          }
        >
          <Group gap={4} role="group" aria-label={t("watch.days")}>
            {DAYS.map((name, index) => (
              <Chip key={name} size="xs" value={String(index + 1)}>
                {wordFor(t, "weekday", name)}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
        <CloseButton aria-label={t("watch.remove")} onClick={onRemove} />
      </Group>
      <Group gap="xs" grow>
        <TextInput
          type="time"
          label={t("watch.at")}
          value={schedule.at}
          onChange={(event) => event.currentTarget.value && onChange({ at: event.currentTarget.value })}
        />
        <NativeSelect
          label={t("watch.tellWhen")}
          value={schedule.tell}
          onChange={(event) => onChange({ tell: event.currentTarget.value })}
          data={wordChoices(t, "watch.when", ["absent", "inside"]) as { value: string; label: string }[]}
        />
      </Group>
      {schedule.tell === "absent" && (
        <Text size="xs" c="dimmed">
          {t(depot ? "watch.absentDepot" : "watch.absentElsewhere")}
        </Text>
      )}
    </Stack>
  );
}

// Which events of a fence are told: passing, staying, and being inside or absent when a schedule starts.
import { ActionIcon, Button, Checkbox, Group, NativeSelect, Stack, Text, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { NumberField } from "../../parts/form/NumberField";
import { Icon } from "../../parts/Icon";
import { wordFor } from "../../text/codes";
import { EVENTS } from "./words";

export interface Schedule {
  readonly days: readonly number[];
  readonly at: string;
  readonly tell: string;
}

export interface Watch {
  readonly events?: readonly string[];
  readonly dwell_min?: number | string | null;
  readonly schedules?: readonly Schedule[];
}

const DAYS: Record<string, readonly number[]> = {
  every: [1, 2, 3, 4, 5, 6, 7],
  workdays: [1, 2, 3, 4, 5],
  weekend: [6, 7],
};
const nameOf = (days: readonly number[]) =>
  Object.keys(DAYS).find((name) => DAYS[name]?.join() === days.join()) ?? "every";

interface WatchFieldsProps {
  watch: Watch;
  onChange: (watch: Watch) => void;
}

export function WatchFields({ watch, onChange }: WatchFieldsProps) {
  const { t } = useTranslation();
  const schedules = watch.schedules ?? [];
  const put = (index: number, next: Schedule | null) =>
    onChange({
      ...watch,
      schedules: schedules.flatMap((each, at) => (at === index ? (next ? [next] : []) : [each])),
    });
  return (
    <Stack gap="xs">
      <Checkbox.Group
        label={t("fence.watch.events")}
        value={[...(watch.events ?? [])]}
        onChange={(events) => onChange({ ...watch, events })}
      >
        <Group gap="md" mt={4}>
          {EVENTS.map((event) => (
            <Checkbox key={event} value={event} label={wordFor(t, "fenceEvent", event)} />
          ))}
        </Group>
      </Checkbox.Group>
      {watch.events?.includes("dwell") && (
        <NumberField
          label={t("fence.watch.dwell")}
          whole
          value={watch.dwell_min ?? 15}
          onChange={(dwell_min) => onChange({ ...watch, dwell_min })}
        />
      )}
      <Text size="sm" fw={500}>
        {t("fence.watch.schedules")}
      </Text>
      {schedules.map((each, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: schedules have no identity
        <Group key={index} gap="xs" align="flex-end">
          <NativeSelect
            aria-label={t("fence.watch.days")}
            value={nameOf(each.days)}
            data={Object.keys(DAYS).map((name) => ({ value: name, label: t(`fence.watch.${name}`) }))}
            onChange={(event) => put(index, { ...each, days: DAYS[event.currentTarget.value] ?? [] })}
          />
          <TextInput
            aria-label={t("fence.watch.at")}
            type="time"
            value={each.at}
            onChange={(event) => put(index, { ...each, at: event.currentTarget.value })}
          />
          <NativeSelect
            aria-label={t("fence.watch.tell")}
            value={each.tell}
            data={["absent", "inside"].map((name) => ({
              value: name,
              label: wordFor(t, "fenceEvent", name),
            }))}
            onChange={(event) => put(index, { ...each, tell: event.currentTarget.value })}
          />
          <ActionIcon
            variant="default"
            size="lg"
            aria-label={t("fence.watch.remove")}
            onClick={() => put(index, null)}
          >
            <Icon name="close" />
          </ActionIcon>
        </Group>
      ))}
      <Button
        variant="default"
        size="xs"
        style={{ alignSelf: "flex-start" }}
        onClick={() =>
          onChange({
            ...watch,
            schedules: [...schedules, { days: DAYS["every"] ?? [], at: "22:00", tell: "absent" }],
          })
        }
      >
        {t("fence.watch.add")}
      </Button>
    </Stack>
  );
}

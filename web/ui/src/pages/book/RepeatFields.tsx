// Whether the trip comes again: every workday or on weekdays, until when, and what becomes of holidays.
import { Checkbox, Group, NativeSelect, SimpleGrid, Stack, Text } from "@mantine/core";
import { DatePickerInput } from "@mantine/dates";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Wish } from "../../api/orders";
import { previewSeries, type Repeat } from "../../api/series";
import { wordFor } from "../../text/codes";

export type RepeatKind = "once" | "workdays" | "weekly";
export interface Repeating {
  readonly kind: RepeatKind;
  readonly weekdays: readonly string[];
  readonly lastDay: string;
  readonly holidays: NonNullable<Repeat["holidays"]>;
}

export const NO_REPEAT: Repeating = { kind: "once", weekdays: [], lastDay: "", holidays: "skip" };
const KINDS = ["once", "workdays", "weekly"] as const;
const HOLIDAYS = ["skip", "before", "after"] as const;
const WEEKDAYS = ["1", "2", "3", "4", "5", "6", "7"] as const;
const MOST_SHOWN = 12;

/** As the server takes it; null while it says nothing or is not complete. */
export const repeatOf = ({ kind, weekdays, lastDay, holidays }: Repeating): Repeat | null =>
  kind === "once" || !lastDay || (kind === "weekly" && weekdays.length === 0)
    ? null
    : {
        last_day: lastDay,
        weekdays: kind === "weekly" ? weekdays.map(Number) : [],
        every_weeks: 1,
        holidays,
      };

interface RepeatFieldsProps {
  value: Repeating;
  wish: Wish | null;
  firstDay: string;
  missing: boolean;
  onChange: (value: Repeating) => void;
}

export function RepeatFields({ value, wish, firstDay, missing, onChange }: RepeatFieldsProps) {
  const { t } = useTranslation();
  return (
    <Stack gap="sm" mt="sm">
      <NativeSelect
        label={t("series.repeat")}
        value={value.kind}
        data={KINDS.map((kind) => ({ value: kind, label: t(`series.${kind}`) }))}
        onChange={(event) => onChange({ ...value, kind: event.currentTarget.value as RepeatKind })}
      />
      {value.kind !== "once" && (
        <>
          {value.kind === "weekly" && (
            <Checkbox.Group
              label={t("series.weekdays")}
              value={[...value.weekdays]}
              onChange={(weekdays) => onChange({ ...value, weekdays })}
              error={missing && value.weekdays.length === 0 ? t("form.required") : undefined}
            >
              <Group gap="sm" mt={4}>
                {WEEKDAYS.map((day) => (
                  <Checkbox key={day} value={day} label={t(`weekdayShort.${day}`)} />
                ))}
              </Group>
            </Checkbox.Group>
          )}
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
            <DatePickerInput
              label={t("series.lastDay")}
              required
              valueFormat="YYYY-MM-DD"
              value={value.lastDay || null}
              minDate={firstDay}
              error={missing && !value.lastDay ? t("form.required") : undefined}
              onChange={(day) => onChange({ ...value, lastDay: day ?? "" })}
            />
            {value.kind === "weekly" && (
              <NativeSelect
                label={t("series.holidays")}
                value={value.holidays}
                data={HOLIDAYS.map((each) => ({ value: each, label: t(`seriesHolidays.${each}`) }))}
                onChange={(event) =>
                  onChange({ ...value, holidays: event.currentTarget.value as Repeating["holidays"] })
                }
              />
            )}
          </SimpleGrid>
          <Days wish={wish} repeat={repeatOf(value)} />
        </>
      )}
    </Stack>
  );
}

function Days({ wish, repeat }: { wish: Wish | null; repeat: Repeat | null }) {
  const { t } = useTranslation();
  const [asked] = useDebouncedValue(wish && repeat ? JSON.stringify([wish, repeat]) : null, 500);
  const found = useQuery({
    queryKey: ["series-preview", asked],
    queryFn: ({ signal }) => {
      const [first, again] = JSON.parse(asked ?? "[]") as [Wish, Repeat];
      return previewSeries(first, again, signal);
    },
    enabled: asked !== null,
  });
  if (!found.data) return null;
  const { days, left_out: left } = found.data;
  if (days.length === 0) return <Text size="sm">{t("series.none")}</Text>;
  const between = t("punctuation.comma");
  const more = days.length > MOST_SHOWN ? "…" : "";
  return (
    <div aria-live="polite">
      <Text size="sm">
        {t("series.days", {
          count: days.length,
          days:
            days
              .slice(0, MOST_SHOWN)
              .map(({ on }) => on.slice(5))
              .join(between) + more,
        })}
      </Text>
      {left.length > 0 && (
        <Text size="sm" c="dimmed">
          {t("series.left", {
            days: left
              .slice(0, MOST_SHOWN)
              .map(({ day, why }) => `${day.slice(5)} ${wordFor(t, "seriesLeft", why)}`)
              .join(between),
          })}
        </Text>
      )}
    </div>
  );
}

// Places on the way, each with the time they stay there. None until somebody adds one.
import { Button, Group, NativeSelect, Stack, Text } from "@mantine/core";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import type { OrderStop } from "../../api/orders";
import { duration } from "../../app/measure";
import { PlaceField } from "../../parts/PlaceField";
import { type FieldsProps, withOwn } from "./fields";

const STAYS_MIN = [0, 10, 20, 30, 60, 120] as const;
const MOST_STOPS = 20;

export function StopFields({ draft, troubles, idOf, onChange }: FieldsProps) {
  const { t } = useTranslation();
  const { stops } = draft;
  const numbers = useRef<number[]>([]);
  while (numbers.current.length < stops.length) numbers.current.push(Math.random());
  const put = (index: number, stop: OrderStop | null) =>
    onChange({ stops: stops.map((each, at) => (at === index ? stop : each)) });
  const remove = (index: number) => {
    numbers.current.splice(index, 1);
    onChange({ stops: stops.filter((_, at) => at !== index) });
  };
  return (
    <Stack gap="sm">
      {stops.map((stop, index) => (
        <Group key={numbers.current[index]} align="end" gap="xs" wrap="wrap">
          <div style={{ flex: "1 1 14rem" }}>
            <PlaceField
              id={index === 0 ? idOf("stops") : `${idOf("stops")}-${index}`}
              label={t("book.stop", { number: index + 1 })}
              value={stop}
              error={troubles.stops && !stop ? troubles.stops : undefined}
              onChange={(place) => put(index, place && { ...place, stay_min: stop?.stay_min ?? 0 })}
            />
          </div>
          <NativeSelect
            label={t("book.stay")}
            value={stop?.stay_min ?? 0}
            disabled={!stop}
            data={withOwn(STAYS_MIN, stop?.stay_min ?? 0).map((minutes) => ({
              value: String(minutes),
              label: minutes ? duration(t, minutes * 60) : t("book.noStay"),
            }))}
            onChange={(event) => stop && put(index, { ...stop, stay_min: Number(event.currentTarget.value) })}
          />
          <Button
            variant="subtle"
            onClick={() => remove(index)}
            aria-label={t("book.removeStop", { number: index + 1 })}
          >
            {t("book.remove")}
          </Button>
        </Group>
      ))}
      {troubles.stops && stops.every(Boolean) && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {troubles.stops}
        </Text>
      )}
      {stops.length < MOST_STOPS && (
        <Group>
          <Button variant="subtle" size="xs" onClick={() => onChange({ stops: [...stops, null] })}>
            {t("book.addStop")}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

// When and for how long, in the installation's time, and how far the start may move if that saves a vehicle.
import { NativeSelect, SimpleGrid } from "@mantine/core";
import { DateTimePicker } from "@mantine/dates";
import { useTranslation } from "react-i18next";
import { duration } from "../../app/measure";
import { instantToWall } from "../../app/time";
import { useZoneName } from "../../app/useTime";
import { useConfig } from "../../session/useSession";
import { DURATIONS_MIN } from "./draft";
import { type FieldsProps, withOwn } from "./fields";

const FLEXIBLE_MIN = [0, 15, 30, 60] as const;

export function WhenFields({ draft, troubles, idOf, onChange }: FieldsProps) {
  const { t } = useTranslation();
  const { timezone } = useConfig();
  const zoneName = useZoneName();
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
      <DateTimePicker
        id={idOf("planned_start_at")}
        label={t("order.plannedStart")}
        description={t("book.zone", { zone: zoneName })}
        required
        valueFormat="YYYY-MM-DD HH:mm"
        value={draft.startWall}
        minDate={instantToWall(Date.now(), timezone)}
        dropdownType="popover"
        error={troubles.planned_start_at}
        onChange={(value) => onChange({ startWall: value ?? "" })}
      />
      <NativeSelect
        id={idOf("planned_end_at")}
        error={troubles.planned_end_at}
        label={t("book.duration")}
        description={t("book.durationHint")}
        value={draft.durationMin}
        data={withOwn(DURATIONS_MIN, draft.durationMin).map((minutes) => ({
          value: String(minutes),
          label: duration(t, minutes * 60),
        }))}
        onChange={(event) => onChange({ durationMin: Number(event.currentTarget.value) })}
      />
      <NativeSelect
        label={t("book.flexible")}
        description={t("book.flexibleHint")}
        value={draft.flexibleMin}
        data={withOwn(FLEXIBLE_MIN, draft.flexibleMin).map((minutes) => ({
          value: String(minutes),
          label: minutes
            ? t("book.plusMinus", { duration: duration(t, minutes * 60) })
            : t("book.notFlexible"),
        }))}
        onChange={(event) => onChange({ flexibleMin: Number(event.currentTarget.value) })}
      />
    </SimpleGrid>
  );
}

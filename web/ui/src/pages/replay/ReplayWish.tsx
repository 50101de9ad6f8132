// Which vehicles and which time are played: at most twenty, together at most 480 vehicle-hours.
import { Button, Group, MultiSelect, Text } from "@mantine/core";
import { DateTimePicker } from "@mantine/dates";
import { useDebouncedValue } from "@mantine/hooks";
import { useQueries, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { findVehicles } from "../../api/replay";
import { readVehicle } from "../../api/vehicles";
import { instantToWall, wallToInstant } from "../../app/time";
import { useConfig } from "../../session/useSession";
import { showPlate } from "../../text/plates";
import { hoursOf, MOST_VEHICLE_HOURS, MOST_VEHICLES, type Wish } from "./wish";

interface ReplayWishProps {
  wish: Wish;
  onPlay: (wish: Wish) => void;
}

export function ReplayWish({ wish, onPlay }: ReplayWishProps) {
  const { t } = useTranslation();
  const { timezone } = useConfig();
  const [vehicles, setVehicles] = useState(wish.vehicles);
  const [from, setFrom] = useState<string | null>(() => instantToWall(wish.from, timezone));
  const [to, setTo] = useState<string | null>(() => instantToWall(wish.to, timezone));
  const whole =
    from && to ? { vehicles, from: wallToInstant(from, timezone), to: wallToInstant(to, timezone) } : null;
  const wrong = from !== null && to !== null && to <= from;
  const tooMuch = whole !== null && !wrong && hoursOf(whole) > MOST_VEHICLE_HOURS;
  return (
    <Group gap="sm" align="flex-start" className="panel" p="sm" mb="md">
      <VehiclesField chosen={vehicles} onChange={setVehicles} />
      <DateTimePicker
        label={t("sent.from")}
        valueFormat="YYYY-MM-DD HH:mm"
        value={from}
        onChange={setFrom}
        w={180}
      />
      <DateTimePicker
        label={t("sent.to")}
        valueFormat="YYYY-MM-DD HH:mm"
        value={to}
        error={wrong && t("invalidReason.before_from")}
        onChange={setTo}
        w={180}
      />
      <Button
        mt={24}
        disabled={!whole || wrong || tooMuch || vehicles.length === 0}
        onClick={() => whole && onPlay(whole)}
      >
        {t("replay.read")}
      </Button>
      {tooMuch && (
        <Text size="sm" w="100%" role="alert">
          {t("invalidReason.more_than_480_vehicle_hours")}
        </Text>
      )}
    </Group>
  );
}

interface VehiclesFieldProps {
  chosen: readonly string[];
  onChange: (ids: string[]) => void;
}

/** The server searches; what is chosen stays, by its plate. */
function VehiclesField({ chosen, onChange }: VehiclesFieldProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const [wanted] = useDebouncedValue(typed, 250);
  const found = useQuery({
    queryKey: ["vehicles", "choices", wanted],
    queryFn: () => findVehicles(wanted),
    placeholderData: (before) => before,
  });
  const named = useQueries({
    queries: chosen.map((id) => ({
      queryKey: ["vehicles", "card", id],
      queryFn: () => readVehicle(id),
      retry: false,
    })),
  });
  const plates = new Map([
    ...chosen.map((id) => [id, id.slice(0, 8)] as const),
    ...named.flatMap(({ data }) => (data ? [[data.id, showPlate(data.plate)] as const] : [])),
    ...(found.data ?? []).map(({ id, plate }) => [id, showPlate(plate)] as const),
  ]);
  return (
    <MultiSelect
      label={t("replay.vehicles")}
      placeholder={chosen.length === 0 ? t("replay.vehiclesHint") : ""}
      searchable
      maxValues={MOST_VEHICLES}
      searchValue={typed}
      onSearchChange={setTyped}
      filter={({ options }) => options}
      style={{ flex: "1 1 260px" }}
      value={[...chosen]}
      data={[...plates].map(([value, label]) => ({ value, label }))}
      onChange={onChange}
    />
  );
}

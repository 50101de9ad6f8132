// A day in order of time: drives, each of which can be shown alone, and the stops between them.
import { Anchor, Group, Text, UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { DriveRow, StopRow } from "../../api/tracks";
import { distance, duration } from "../../app/measure";
import { useTime } from "../../app/useTime";
import { useName } from "../../text/names";

interface PastListProps {
  drives: readonly DriveRow[];
  stops: readonly StopRow[];
  chosen: DriveRow | null;
  onChoose: (drive: DriveRow | null) => void;
}

const secondsOf = ({ started_at, ended_at }: DriveRow | StopRow): number | null =>
  ended_at ? (Date.parse(ended_at) - Date.parse(started_at)) / 1000 : null;

export function PastList({ drives, stops, chosen, onChoose }: PastListProps) {
  const { t } = useTranslation();
  const events = [
    ...drives.map((drive) => ({ at: drive.started_at, drive, stop: null })),
    ...stops.map((stop) => ({ at: stop.started_at, drive: null, stop })),
  ].sort((a, b) => a.at.localeCompare(b.at));
  const metres = drives.reduce((sum, { distance_m }) => sum + distance_m, 0);
  return (
    <div>
      <Text size="sm" fw={600} mb={4}>
        {t("past.sum", { count: drives.length, distance: distance(t, metres) })}
      </Text>
      <ol className="past-list">
        {events.map(({ drive, stop }) =>
          drive ? (
            <li key={drive.id}>
              <Drive
                drive={drive}
                pressed={chosen?.id === drive.id}
                onPress={() => onChoose(chosen?.id === drive.id ? null : drive)}
              />
            </li>
          ) : (
            stop && (
              <li key={stop.id}>
                <Stop stop={stop} />
              </li>
            )
          ),
        )}
      </ol>
    </div>
  );
}

function Drive({ drive, pressed, onPress }: { drive: DriveRow; pressed: boolean; onPress: () => void }) {
  const { t } = useTranslation();
  const time = useTime();
  const name = useName();
  const from = name(drive.start_place, drive.start_place_en);
  const till = name(drive.end_place, drive.end_place_en);
  const to = drive.ended_at ? time(drive.ended_at, "clock") : t("past.goingOn");
  return (
    <Group gap="xs" wrap="nowrap" justify="space-between">
      <UnstyledButton className="past-drive" aria-pressed={pressed} onClick={onPress}>
        <strong className="num">{t("alert.span", { from: time(drive.started_at, "clock"), to })}</strong>{" "}
        {t("past.drive", { distance: distance(t, drive.distance_m) })}
        {from && (
          <Text span display="block" size="xs" c="dimmed">
            {till ? t("past.fromTo", { from, to: till }) : t("past.from", { from })}
          </Text>
        )}
      </UnstyledButton>
      {drive.order_id && (
        <Anchor component={Link} to={`/trips/${drive.order_id}`} size="sm" className="touch-link">
          {t("order.number", { number: drive.order_no })}
        </Anchor>
      )}
    </Group>
  );
}

function Stop({ stop }: { stop: StopRow }) {
  const { t } = useTranslation();
  const name = useName();
  const where = name(stop.place, stop.place_en) ?? stop.area_name;
  const time = useTime();
  const seconds = secondsOf(stop);
  return (
    <Text size="sm" c="dimmed" px={8} py={4}>
      <span className="num">{time(stop.started_at, "clock")}</span>{" "}
      {seconds === null ? t("past.standing") : t("past.stop", { duration: duration(t, seconds) })}
      {where ? ` · ${where}` : ""}
    </Text>
  );
}

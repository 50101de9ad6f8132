// Every vehicle at this moment as text: what the map shows, for who does not see it. One can be followed.
import { Anchor, Button, Group, Text, useComputedColorScheme } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Replayed } from "../../api/replay";
import { dayOf } from "../../app/time";
import { useTime } from "../../app/useTime";
import { useConfig } from "../../session/useSession";
import { showPlate } from "../../text/plates";
import { colourOf } from "./colours";
import { orderAt, type ReplayTrack, type Standing } from "./track";

interface VehiclesNowProps {
  vehicles: readonly Replayed[];
  tracks: readonly ReplayTrack[];
  standings: readonly Standing[];
  ms: number;
  followed: number;
  onFollow: (id: string | null) => void;
}

export function VehiclesNow({ vehicles, tracks, standings, ms, followed, onFollow }: VehiclesNowProps) {
  const { t } = useTranslation();
  const { timezone } = useConfig();
  const scheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
  const day = dayOf(ms, timezone);
  return (
    <ul className="replay-vehicles" aria-label={t("replay.vehicles")}>
      {vehicles.map((vehicle, index) => {
        const track = tracks[index];
        const order = track && orderAt(track, ms);
        return (
          <li key={vehicle.vehicle_id}>
            <Group gap="xs" wrap="nowrap" justify="space-between" align="flex-start">
              <div>
                <Group gap={6} wrap="nowrap">
                  <svg width="14" height="14" aria-hidden="true">
                    <circle cx="7" cy="7" r="5.5" fill={colourOf(scheme, index)} />
                  </svg>
                  <Anchor
                    component={Link}
                    to={`/vehicles/${vehicle.vehicle_id}/drives?from=${day}&to=${day}`}
                    size="sm"
                    className="num touch-link"
                  >
                    {showPlate(vehicle.plate)}
                  </Anchor>
                </Group>
                <Text size="sm">
                  <StandingWords standing={standings[index]} />
                </Text>
                {order && (
                  <Anchor component={Link} to={`/trips/${order.id}`} size="sm" className="touch-link">
                    {t("order.number", { number: order.number })}
                  </Anchor>
                )}
                <Sight vehicle={vehicle} />
              </div>
              <Button
                size="compact-sm"
                variant={followed === index ? "filled" : "default"}
                aria-pressed={followed === index}
                aria-label={t("replay.followOf", { plate: showPlate(vehicle.plate) })}
                onClick={() => onFollow(followed === index ? null : vehicle.vehicle_id)}
              >
                {t("replay.follow")}
              </Button>
            </Group>
          </li>
        );
      })}
    </ul>
  );
}

export function useStandingWords() {
  const { t } = useTranslation();
  const time = useTime();
  return (standing: Standing | undefined): string => {
    if (!standing || standing.state === "before") return t("replay.state.before");
    const since = time(standing.sinceMs, "clock");
    if (standing.state === "unseen") return t("replay.state.unseen", { since });
    if (standing.state === "standing") return t("replay.state.standing", { since });
    if (standing.speedKmh === null) return t("replay.state.moving");
    return t("replay.state.movingAt", { speed: Math.round(standing.speedKmh) });
  };
}

function StandingWords({ standing }: { standing: Standing | undefined }) {
  return useStandingWords()(standing);
}

function Sight({ vehicle }: { vehicle: Replayed }) {
  const { t } = useTranslation();
  const said =
    vehicle.sight === "none"
      ? t("drives.hidden")
      : vehicle.sight === "part"
        ? t("evidence.partly")
        : vehicle.stored === 0
          ? t("replay.nothing")
          : vehicle.truncated
            ? t("replay.truncated")
            : null;
  return said ? (
    <Text size="xs" c="dimmed">
      {said}
    </Text>
  ) : null;
}

// The controls of the clock: play, speed, the next thing that happened, and the moment as a slider.
import { ActionIcon, Button, Group, NativeSelect, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useTime } from "../../app/useTime";
import { Icon } from "../../parts/Icon";
import { type Bounds, SPEEDS, stepMs } from "./clock";
import { type Mark, neighbour } from "./marks";
import type { Clock } from "./useClock";

interface ControlsProps {
  clock: Clock;
  bounds: Bounds;
  speed: number;
  onSpeed: (speed: number) => void;
  marks: readonly Mark[];
}

export function Controls({ clock, bounds, speed, onSpeed, marks }: ControlsProps) {
  const { t } = useTranslation();
  const time = useTime();
  const before = neighbour(marks, clock.ms, -1);
  const after = neighbour(marks, clock.ms, 1);
  const said = time(clock.ms, "full");
  return (
    <div>
      <Group gap="xs" mb={4}>
        <Button size="sm" onClick={clock.toggle} miw={84}>
          {t(clock.playing ? "replay.pause" : "replay.play")}
        </Button>
        <NativeSelect
          aria-label={t("replay.speed")}
          value={String(speed)}
          onChange={(event) => onSpeed(Number(event.currentTarget.value))}
          data={SPEEDS.map((each) => ({ value: String(each), label: t("replay.times", { speed: each }) }))}
        />
        <ActionIcon
          variant="default"
          size="lg"
          aria-label={t("replay.markBefore")}
          disabled={!before}
          onClick={() => before && clock.seek(before.atMs)}
        >
          <Icon name="back" size={16} />
        </ActionIcon>
        <ActionIcon
          variant="default"
          size="lg"
          aria-label={t("replay.markAfter")}
          disabled={!after}
          onClick={() => after && clock.seek(after.atMs)}
        >
          <Icon name="onward" size={16} />
        </ActionIcon>
        <Text fw={650} className="num" ml="auto">
          {said}
        </Text>
      </Group>
      <input
        type="range"
        className="replay-slider"
        aria-label={t("replay.moment")}
        aria-valuetext={said}
        min={bounds.fromMs}
        max={bounds.toMs}
        step={stepMs(bounds)}
        value={clock.ms}
        onChange={(event) => clock.seek(Number(event.currentTarget.value))}
      />
    </div>
  );
}

// The vehicle list beside the map: only the rows in view exist, so thousands cost nothing. Up and Down move.
import { Box, Group, Text } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useRef } from "react";
import { useTranslation } from "react-i18next";
import { isAside } from "../../live/quality";
import { flagWords } from "../../text/codes";
import { useName } from "../../text/names";
import { showPlate } from "../../text/plates";
import { Age } from "./Age";
import type { VehicleRow } from "./rows";
import { StateMark } from "./StateMark";

const ROW_PX = 58;

interface VehicleListProps {
  rows: readonly VehicleRow[];
  selectedId: string | null;
  nowMs: number;
  onChoose: (id: string) => void;
}

export function VehicleList({ rows, selectedId, nowMs, onChoose }: VehicleListProps) {
  const { t } = useTranslation();
  const holder = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => holder.current,
    estimateSize: () => ROW_PX,
    overscan: 6,
    getItemKey: (index) => rows[index]?.row.id ?? index,
  });
  const move = (event: KeyboardEvent<HTMLElement>) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const index = Number((event.target as HTMLElement).dataset["index"]);
    if (step === 0 || !Number.isFinite(index)) return;
    event.preventDefault();
    const next = Math.min(rows.length - 1, Math.max(0, index + step));
    virtual.scrollToIndex(next);
    requestAnimationFrame(() =>
      holder.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus(),
    );
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys only add to the buttons inside
    <div ref={holder} style={{ flex: 1, minHeight: 0, overflowY: "auto" }} onKeyDown={move}>
      <Box
        component="ul"
        aria-label={t("map.list")}
        m={0}
        p={0}
        pos="relative"
        h={virtual.getTotalSize()}
        style={{ listStyle: "none" }}
      >
        {virtual.getVirtualItems().map(({ index, key, start }) => {
          const item = rows[index];
          if (!item) return null;
          return (
            <li key={key} style={{ position: "absolute", top: start, left: 0, right: 0, height: ROW_PX }}>
              <Row
                item={item}
                index={index}
                nowMs={nowMs}
                selected={item.row.id === selectedId}
                onChoose={onChoose}
              />
            </li>
          );
        })}
      </Box>
    </div>
  );
}

interface RowProps {
  item: VehicleRow;
  index: number;
  nowMs: number;
  selected: boolean;
  onChoose: (id: string) => void;
}

function Row({ item, index, nowMs, selected, onChoose }: RowProps) {
  const { t } = useTranslation();
  const name = useName();
  const { row, live, state } = item;
  return (
    <button
      type="button"
      className="row-button"
      style={{ height: ROW_PX }}
      data-index={index}
      aria-current={selected}
      onClick={() => onChoose(row.id)}
    >
      <Group gap={8} wrap="nowrap">
        <StateMark state={state} />
        <Text component="span" fw={650} size="sm" className="num">
          {showPlate(row.plate)}
        </Text>
        <Text component="span" size="xs" c="dimmed" ml="auto" style={{ whiteSpace: "nowrap" }}>
          {live && live.speedKmh !== null && live.speedKmh > 3
            ? t("map.speed", { speed: Math.round(live.speedKmh) })
            : live && <Age fixedMs={live.fixedMs} nowMs={nowMs} />}
        </Text>
      </Group>
      <Text component="span" size="xs" c="dimmed" truncate display="block" pl={24}>
        {t(`map.state.${state}`)} · {name(row.unit_name, row.unit_name_en) ?? t("map.noUnit")}
        {live && isAside(live.quality) ? ` · ${flagWords(t, live.quality)}` : ""}
      </Text>
    </button>
  );
}

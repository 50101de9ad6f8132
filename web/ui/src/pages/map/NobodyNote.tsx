// Over a map without a vehicle: that there is none to see, and why; or that the filters leave none.
import { Button, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Note } from "../../parts/Note";
import { useRight } from "../../session/useSession";
import type { VehicleRow } from "./rows";

interface NobodyNoteProps {
  rows: readonly VehicleRow[];
  shown: readonly VehicleRow[];
  onClear: () => void;
}

const onMap = ({ live }: VehicleRow): boolean => live !== null;

export function NobodyNote({ rows, shown, onClear }: NobodyNoteProps) {
  const { t } = useTranslation();
  const drives = useRight("order.drive");
  if (shown.some(onMap)) return null;
  const filtered = rows.some(onMap);
  return (
    <Note tone="neutral" className="map-empty" role="status">
      {filtered ? (
        <Group gap="xs" justify="center">
          {t("map.filtered")}
          <Button size="compact-sm" variant="default" onClick={onClear}>
            {t("list.clearFilters")}
          </Button>
        </Group>
      ) : (
        t(drives ? "map.nobodyDriver" : "map.nobody")
      )}
    </Note>
  );
}

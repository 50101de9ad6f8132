// Vehicles against places: the number, a bar, and in words how many too many.
import { Box, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Tone } from "../../parts/Tone";

interface FullnessProps {
  vehicles: number;
  capacity: number | null;
  over: number;
}

export function Fullness({ vehicles, capacity, over }: FullnessProps) {
  const { t } = useTranslation();
  const share = capacity ? Math.min(1, vehicles / capacity) : 0;
  return (
    <Group gap="xs" wrap="nowrap" justify="flex-end">
      {over > 0 && <Tone tone="bad">{t("depot.over", { count: over })}</Tone>}
      <Text size="sm" className="num" style={{ whiteSpace: "nowrap" }}>
        {capacity === null ? vehicles : `${vehicles} / ${capacity}`}
      </Text>
      {capacity !== null && (
        <Box
          aria-hidden
          w={56}
          h={6}
          style={{ flex: "none", borderRadius: 3, background: "var(--mantine-color-default-border)" }}
        >
          <Box
            h={6}
            w={`${share * 100}%`}
            style={{
              borderRadius: 3,
              background:
                over > 0 ? "var(--mantine-color-red-filled)" : "var(--mantine-primary-color-filled)",
            }}
          />
        </Box>
      )}
    </Group>
  );
}

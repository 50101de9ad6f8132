// What is said against the fixes of a track, in words and numbers; nothing when nothing is.
import { Text } from "@mantine/core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { countFlags } from "../live/quality";
import { wordFor } from "../text/codes";
import type { TrackFix } from "./evidence";

export function TrackQuality({ fixes }: { fixes: readonly TrackFix[] }) {
  const { t } = useTranslation();
  const counts = useMemo(() => countFlags(fixes.map(([, , , , quality]) => quality)), [fixes]);
  if (counts.length === 0) return null;
  const list = counts
    .map(([flag, count]) => t("evidence.flagCount", { flag: wordFor(t, "fixFlag", flag), count }))
    .join(t("punctuation.comma"));
  return (
    <Text size="xs" c="dimmed" px="sm" pb={4}>
      {t("evidence.flags", { list })}
    </Text>
  );
}

// What keeps vehicles away from a request, and how many each.
import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { asCode, wordFor } from "../../text/codes";

export function Obstacles({ obstacles }: { obstacles: readonly Readonly<Record<string, unknown>>[] }) {
  const { t } = useTranslation();
  if (obstacles.length === 0) return null;
  return (
    <Text size="sm">
      {obstacles
        .map(asCode)
        .map(({ code, params }) =>
          params?.["drivers"] === undefined
            ? t("dispatch.obstacle", {
                what: wordFor(t, "obstacle", code),
                vehicles: String(params?.["vehicles"] ?? ""),
              })
            : t("dispatch.obstacleOfDrivers", {
                what: wordFor(t, "obstacle", code),
                drivers: String(params["drivers"]),
              }),
        )
        .join(t("punctuation.comma"))}
    </Text>
  );
}

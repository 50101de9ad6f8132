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
          t("dispatch.obstacle", {
            what: wordFor(t, "obstacle", code),
            vehicles: String(params?.["vehicles"] ?? ""),
          }),
        )
        .join(t("punctuation.comma"))}
    </Text>
  );
}

// Who drove as far as anything says so, and whether the order names somebody else; unknown is a state, not a fault.
import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { wordFor } from "../text/codes";

export interface Driven {
  readonly driver_name: string | null;
  readonly driver_source: string | null;
  readonly driver_badge: string | null;
  readonly order_driver_name: string | null;
}

export function Driver({ driven }: { driven: Driven }) {
  const { t } = useTranslation();
  const { driver_name: name, driver_badge: badge, driver_source: source } = driven;
  const who = name ?? (badge ? t("said.badge", { badge }) : t("said.unknownDriver"));
  return (
    <span>
      {who}
      {name && source && source !== "unknown" && (
        <Text span size="xs" c="dimmed">
          {" "}
          {wordFor(t, "driverSource", source)}
        </Text>
      )}
      {driven.order_driver_name && (
        <Text span display="block" size="xs" fw={600}>
          {t("said.orderNames", { name: driven.order_driver_name })}
        </Text>
      )}
    </span>
  );
}

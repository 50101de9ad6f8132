// How many messages of a locator were not taken and still wait; leads to them, also from within a row that opens something else.
import { Anchor } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

export function RefusedLink({ code, count }: { code: string; count: number }) {
  const { t } = useTranslation();
  if (count === 0) return count;
  return (
    <Anchor
      component={Link}
      to={`/admin/devices/refused?${new URLSearchParams({ device: code, settled: "false" })}`}
      size="sm"
      className="touch-link"
      aria-label={t("device.rejectedOf", { code, count })}
      onClick={(event) => event.stopPropagation()}
    >
      {count}
    </Anchor>
  );
}

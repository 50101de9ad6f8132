// Drives and stops as files, with the filters that are set; the server records who took them and why.
import { Button, Menu } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { pastAddress } from "../../api/tracks";
import { Icon } from "../../parts/Icon";
import type { LookedSpan } from "./Diary";
import { KINDS } from "./diary";

interface PastExportProps {
  vehicleId: string;
  span: LookedSpan;
  kind: string | undefined;
  only: string | undefined;
  leastS: number;
}

export function PastExport({ vehicleId, span, kind, only, leastS }: PastExportProps) {
  const { t, i18n } = useTranslation();
  const query = {
    ...span,
    lang: i18n.language === "en" ? "en" : "zh",
    with_alert: only === "alert" || null,
  };
  const own = { drive: { without_order: only === "no_order" || null }, stop: { least_s: leastS } };
  // Stops belong to no order: narrowed to drives without one there are none.
  const kinds = KINDS.filter((each) => (!kind || each === kind) && !(each === "stop" && only === "no_order"));
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button
          variant="default"
          leftSection={<Icon name="download" size={16} />}
          disabled={kinds.length === 0}
        >
          {t("list.export")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {kinds.flatMap((each) =>
          (["xlsx", "csv"] as const).map((format) => (
            <Menu.Item
              key={`${each} ${format}`}
              component="a"
              href={pastAddress(vehicleId, each, { ...query, ...own[each] }, format)}
              download
            >
              {t("drives.file", { kind: t(`drives.kind.${each}`), format: t(`list.format.${format}`) })}
            </Menu.Item>
          )),
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

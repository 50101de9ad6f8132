// The list as a file in the language of the page, with the filters that are set; the server records who took it.
import { Button, Menu } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { exportAddress, type ListPath, type Query } from "../../api/list";
import { Icon } from "../Icon";

export function ExportMenu({ path, query }: { path: ListPath; query: Query }) {
  const { t, i18n } = useTranslation();
  const lang = i18n.language === "en" ? "en" : "zh";
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button variant="default" leftSection={<Icon name="download" size={16} />}>
          {t("list.export")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {(["xlsx", "csv"] as const).map((format) => (
          <Menu.Item
            key={format}
            component="a"
            href={exportAddress(path, { ...query, lang }, format)}
            download
          >
            {t(`list.format.${format}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

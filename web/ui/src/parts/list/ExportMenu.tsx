// The list as a file, with the filters that are set; the server records who took it.
import { Button, Menu } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { exportAddress, type ListPath, type Query } from "../../api/list";
import { Icon } from "../Icon";

export function ExportMenu({ path, query }: { path: ListPath; query: Query }) {
  const { t } = useTranslation();
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button variant="default" leftSection={<Icon name="download" size={16} />}>
          {t("list.export")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {(["xlsx", "csv"] as const).map((format) => (
          <Menu.Item key={format} component="a" href={exportAddress(path, query, format)} download>
            {t(`list.format.${format}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

// The phone's bottom bar: at most three pages and "more".
import { Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";
import { Icon } from "../parts/Icon";
import type { MenuEntry } from "./menu";

const PLACES = 3;

export function BottomBar({ entries, onMore }: { entries: readonly MenuEntry[]; onMore: () => void }) {
  const { t } = useTranslation();
  return (
    <Group gap={0} wrap="nowrap" h="100%">
      {entries.slice(0, PLACES).map(({ path, name, icon }) => (
        <NavLink key={path} to={path} className="tab-link">
          <Icon name={icon} size={22} />
          {t(`shell.menu.${name}`)}
        </NavLink>
      ))}
      <button type="button" className="tab-link" onClick={onMore} aria-haspopup="dialog">
        <Icon name="menu" size={22} />
        {t("shell.more")}
      </button>
    </Group>
  );
}

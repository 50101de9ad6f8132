// The menu of a person's pages, in three groups: daily work, setting up, knowing.
import { Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";
import { Icon } from "../parts/Icon";
import type { Group, MenuEntry } from "./menu";

const GROUPS: readonly Group[] = ["work", "setup", "know"];

export function SideMenu({ entries }: { entries: readonly MenuEntry[] }) {
  const { t } = useTranslation();
  return (
    <Stack gap="md">
      {GROUPS.map((group) => {
        const own = entries.filter((entry) => entry.group === group);
        if (own.length === 0) return null;
        return (
          <Stack key={group} gap={2}>
            <Text size="xs" c="dimmed" fw={600} px="sm" pt={4}>
              {t(`shell.group.${group}`)}
            </Text>
            {own.map(({ path, name, icon }) => (
              <NavLink key={path} to={path} className="nav-link">
                <Icon name={icon} />
                {t(`shell.menu.${name}`)}
              </NavLink>
            ))}
          </Stack>
        );
      })}
    </Stack>
  );
}

// Who is signed in and in which roles; on phones also language and theme, which have no room in the bar.
import { Avatar, Button, Menu, Text, useMantineColorScheme } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Icon } from "../parts/Icon";
import { useSignedIn, useSignOut } from "../session/useSession";
import { wordFor } from "../text/codes";
import { LANGUAGES, speak } from "../text/language";
import { useName } from "../text/names";
import { LANGUAGE_NAMES } from "./LanguageMenu";
import { SCHEMES } from "./ThemeMenu";

export function AccountMenu({ compact }: { compact: boolean }) {
  const { t, i18n } = useTranslation();
  const { person, roles } = useSignedIn();
  const name = useName();
  const signOut = useSignOut();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          c="inherit"
          px={compact ? 4 : "xs"}
          aria-label={t("shell.account", { name: person.name })}
        >
          <Avatar
            size={28}
            radius="xl"
            color="indigo"
            variant="filled"
            name={person.name}
            mr={compact ? 0 : 8}
          >
            {person.name.slice(0, 1)}
          </Avatar>
          {!compact && person.name}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text size="sm" fw={600}>
            {person.name}
          </Text>
          {roles.map(({ role, unit_id, unit_name, unit_name_en }) => (
            <Text key={`${role}-${unit_id}`} size="xs">
              {wordFor(t, "role", role)} · {name(unit_name, unit_name_en)}
            </Text>
          ))}
        </Menu.Label>
        {compact && (
          <>
            <Menu.Divider />
            {LANGUAGES.filter((language) => language !== i18n.language).map((language) => (
              <Menu.Item
                key={language}
                lang={language}
                leftSection={<Icon name="language" size={18} />}
                onClick={() => void speak(language)}
              >
                {LANGUAGE_NAMES[language]}
              </Menu.Item>
            ))}
            {SCHEMES.filter(({ value }) => value !== colorScheme).map(({ value, icon }) => (
              <Menu.Item
                key={value}
                leftSection={<Icon name={icon} size={18} />}
                onClick={() => setColorScheme(value)}
              >
                {t(`shell.theme.${value}`)}
              </Menu.Item>
            ))}
          </>
        )}
        <Menu.Divider />
        <Menu.Item component={Link} to="/account" leftSection={<Icon name="account" size={18} />}>
          {t("shell.menu.account")}
        </Menu.Item>
        <Menu.Item component={Link} to="/help" leftSection={<Icon name="help" size={18} />}>
          {t("shell.menu.help")}
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="signOut" size={18} />} onClick={() => void signOut()}>
          {t("shell.signOut")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

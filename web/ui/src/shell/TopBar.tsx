// Name of the system, search, language, theme, notices, account.
import { Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Tone } from "../parts/Tone";
import { useConfig } from "../session/useSession";
import { AccountMenu } from "./AccountMenu";
import { LanguageMenu } from "./LanguageMenu";
import { NoticeBell } from "./NoticeBell";
import { SearchBox } from "./SearchBox";
import { ThemeMenu } from "./ThemeMenu";

export function TopBar({ phone }: { phone: boolean }) {
  const { t } = useTranslation();
  const { demo } = useConfig();
  return (
    <Group h="100%" px="sm" gap="xs" wrap="nowrap">
      <Link
        to="/"
        className="row-link"
        style={{ display: "flex", alignItems: "center", gap: 10, minWidth: 0 }}
      >
        <img src="/favicon.svg" width={28} height={28} alt="" />
        <Text component="span" fw={700} truncate>
          {t("app.name")}
        </Text>
      </Link>
      {demo && <Tone tone="warn">{t(phone ? "shell.demoShort" : "shell.demo")}</Tone>}
      <Group gap={phone ? 2 : 6} ml="auto" wrap="nowrap">
        <SearchBox compact={phone} />
        {!phone && <LanguageMenu />}
        {!phone && <ThemeMenu />}
        <NoticeBell />
        <AccountMenu compact={phone} />
      </Group>
    </Group>
  );
}

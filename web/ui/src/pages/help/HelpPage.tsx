// /help: how the work goes here, what the signs on the map mean, the keys, and how people's data is treated.
import { Group, Kbd, List, SimpleGrid, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { PageHeader } from "../../parts/PageHeader";
import { Panel } from "../../parts/Panel";
import { StateMark } from "../map/StateMark";

const STATES = ["suspected", "no_order", "on_order", "parked", "silent", "absent", "hidden"] as const;
const WAY = ["book", "approve", "dispatch", "drive", "close"] as const;
const KEYS = [
  ["Ctrl", "K", "search"],
  ["T", null, "table"],
  ["↑", "↓", "rows"],
  ["Enter", null, "open"],
  ["Esc", null, "escape"],
] as const;
const PRIVACY = ["suspected", "audit", "rights", "correct"] as const;

export function Component() {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader title={t("shell.menu.help")} about={t("help.about")} />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md" style={{ alignItems: "start" }}>
        <Panel title={t("help.way.title")}>
          <List type="ordered" size="sm" spacing="xs">
            {WAY.map((step) => (
              <List.Item key={step}>{t(`help.way.${step}`)}</List.Item>
            ))}
          </List>
        </Panel>
        <Panel title={t("help.map.title")}>
          <Stack gap="xs">
            {STATES.map((state) => (
              <Group key={state} gap="sm" wrap="nowrap" align="flex-start">
                <StateMark state={state} />
                <Text size="sm">
                  <strong>{t(`map.state.${state}`)}</strong>
                  {t("common.colon")}
                  {t(`help.map.${state}`)}
                </Text>
              </Group>
            ))}
          </Stack>
        </Panel>
        <Panel title={t("help.keys.title")}>
          <Stack gap="xs">
            {KEYS.map(([first, second, name]) => (
              <Group key={name} gap="xs">
                <Kbd>{first}</Kbd>
                {second && <Kbd>{second}</Kbd>}
                <Text size="sm">{t(`help.keys.${name}`)}</Text>
              </Group>
            ))}
          </Stack>
        </Panel>
        <Panel title={t("help.privacy.title")}>
          <List size="sm" spacing="xs">
            {PRIVACY.map((name) => (
              <List.Item key={name}>{t(`help.privacy.${name}`)}</List.Item>
            ))}
          </List>
        </Panel>
      </SimpleGrid>
    </>
  );
}

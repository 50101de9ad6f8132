// Ctrl+K: one field over plates, orders and places. Arrow keys move, Enter opens, Escape closes.
import { ActionIcon, Button, Kbd, Modal, Text, TextInput } from "@mantine/core";
import { useDebouncedValue, useDisclosure, useHotkeys } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../parts/Icon";
import { SearchResults } from "./SearchResults";

export function SearchBox({ compact }: { compact: boolean }) {
  const { t } = useTranslation();
  const [opened, dialog] = useDisclosure(false);
  const [text, setText] = useState("");
  const [settled] = useDebouncedValue(text.trim(), 250);
  useHotkeys([["mod+K", dialog.open]], []);
  const close = () => {
    dialog.close();
    setText("");
  };
  return (
    <>
      {compact ? (
        <ActionIcon
          variant="subtle"
          color="gray"
          c="inherit"
          size="lg"
          aria-label={t("shell.search.open")}
          onClick={dialog.open}
        >
          <Icon name="search" />
        </ActionIcon>
      ) : (
        <Button
          variant="default"
          onClick={dialog.open}
          leftSection={<Icon name="search" size={16} />}
          rightSection={<Kbd size="xs">Ctrl K</Kbd>}
          fw={400}
        >
          {t("shell.search.open")}
        </Button>
      )}
      <Modal
        opened={opened}
        onClose={close}
        title={t("shell.search.open")}
        yOffset="10vh"
        centered={false}
        size="lg"
      >
        <TextInput
          data-autofocus
          type="search"
          aria-label={t("shell.search.hint")}
          placeholder={t("shell.search.hint")}
          leftSection={<Icon name="search" size={16} />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          size="md"
        />
        {settled ? (
          <SearchResults text={settled} onChosen={close} />
        ) : (
          <Text size="sm" c="dimmed" p="sm">
            {t("shell.search.empty")}
          </Text>
        )}
      </Modal>
    </>
  );
}

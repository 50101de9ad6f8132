// Ctrl+K: opens the search.
import { ActionIcon, Button, Kbd, Modal } from "@mantine/core";
import { useDisclosure, useHotkeys } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { Icon } from "../parts/Icon";
import { SearchDialog } from "./SearchDialog";

export function SearchBox({ compact }: { compact: boolean }) {
  const { t } = useTranslation();
  const [opened, dialog] = useDisclosure(false);
  useHotkeys([["mod+K", dialog.open]], []);
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
        onClose={dialog.close}
        title={t("shell.search.open")}
        yOffset="10vh"
        centered={false}
        size="lg"
      >
        <SearchDialog onClose={dialog.close} />
      </Modal>
    </>
  );
}

// A locator's credential, shown once: it is stored nowhere in clear, so closing this forgets it.
import { Button, CopyButton, Group, Stack, Text, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Credential } from "../../api/register";
import { Dialog } from "../../parts/Dialog";
import { Note } from "../../parts/Note";

interface CredentialDialogProps {
  credential: Credential;
  busy: boolean;
  onAgain: () => void;
  onClose: () => void;
}

export function CredentialDialog({ credential, busy, onAgain, onClose }: CredentialDialogProps) {
  const { t } = useTranslation();
  const lines = [
    ["device.username", credential.username],
    ["device.password", credential.password],
    ["device.broker", credential.mqtt_url],
  ] as const;
  return (
    <Dialog
      onClose={onClose}
      title={t("device.credential")}
      closeOnClickOutside={false}
      closeOnEscape={false}
    >
      <Stack gap="sm">
        {credential.password === null ? (
          <Note tone="warn" role="alert">
            <Text size="sm" mb="xs">
              {t("device.brokerDown")}
            </Text>
            <Button size="xs" loading={busy} onClick={onAgain}>
              {t("common.retry")}
            </Button>
          </Note>
        ) : (
          <Note tone="warn">{t("device.once")}</Note>
        )}
        {lines.map(
          ([name, value]) =>
            value && (
              <Group key={name} align="flex-end" gap="xs">
                <TextInput label={t(name)} value={value} readOnly style={{ flex: 1 }} ff="monospace" />
                <CopyButton value={value}>
                  {({ copied, copy }) => (
                    <Button
                      variant="default"
                      onClick={copy}
                      aria-label={t("device.copyOf", { what: t(name) })}
                    >
                      {t(copied ? "device.copied" : "device.copy")}
                    </Button>
                  )}
                </CopyButton>
              </Group>
            ),
        )}
        <Button onClick={onClose}>{t("device.noted")}</Button>
      </Stack>
    </Dialog>
  );
}

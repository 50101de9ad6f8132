// A message as it came, to read and to copy, and what the decoders of today make of it.
import { Box, Button, CopyButton, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { RawBytes } from "../../api/quarantine";
import { Facts } from "../../parts/Facts";
import { Note } from "../../parts/Note";
import { wordFor } from "../../text/codes";
import "./raw.css";

export function RawMessage({ raw }: { raw: RawBytes }) {
  const { t } = useTranslation();
  return (
    <Stack gap="sm">
      <Group justify="space-between" gap="xs">
        <Text fw={650} component="h2" fz="sm">
          {t("device.refused.raw")} {raw.written === "hex" && t("device.refused.hex")}
        </Text>
        <Group gap="sm">
          <Text size="sm" c="dimmed" className="num">
            {t("device.refused.size", { count: raw.size })}
          </Text>
          <CopyButton value={raw.content}>
            {({ copied, copy }) => (
              <Button size="xs" variant="default" onClick={copy} aria-label={t("device.refused.copy")}>
                {t(copied ? "device.copied" : "device.copy")}
              </Button>
            )}
          </CopyButton>
        </Group>
      </Group>
      <Box component="pre" className="raw-message" tabIndex={0} aria-label={t("device.refused.raw")}>
        {raw.content}
      </Box>
      <Text fw={650} component="h2" fz="sm">
        {t("device.refused.decoded")}
      </Text>
      {raw.decoded.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one message have no other identity
        <Decoded key={index} line={line} number={raw.decoded.length > 1 ? index + 1 : null} />
      ))}
    </Stack>
  );
}

function Decoded({ line, number }: { line: RawBytes["decoded"][number]; number: number | null }) {
  const { t } = useTranslation();
  const { rejected, detail, ...values } = line;
  return (
    <Stack gap={4}>
      {number !== null && (
        <Text size="sm" c="dimmed">
          {t("device.refused.part", { number })}
        </Text>
      )}
      {rejected !== undefined ? (
        <Note tone="warn">
          {t("device.refused.decodedRefused", {
            reason: wordFor(t, "quarantine", String(rejected)),
            detail: String(detail ?? ""),
          })}
        </Note>
      ) : (
        <Facts facts={Object.entries(values).map(([name, value]) => [name, said(value)] as const)} />
      )}
    </Stack>
  );
}

const said = (value: unknown): string =>
  typeof value === "object" && value !== null ? JSON.stringify(value) : String(value ?? "—");

// A message as it came, to read and to copy, and what the decoders of today make of it.
import { Box, Button, CopyButton, Group, SegmentedControl, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { RawBytes } from "../../api/quarantine";
import { Facts } from "../../parts/Facts";
import { Note } from "../../parts/Note";
import { wordFor } from "../../text/codes";
import { FrameFields } from "../devices/FrameFields";
import "./raw.css";

type View = "text" | "json" | "hex";

/** The same bytes in every way they can be written; what came is first. */
function writings(raw: RawBytes): Partial<Record<View, string>> {
  if (raw.written === "hex") return { hex: raw.content };
  const bytes = [...new TextEncoder().encode(raw.content)];
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  try {
    return { text: raw.content, json: JSON.stringify(JSON.parse(raw.content), null, 2), hex };
  } catch {
    return { text: raw.content, hex };
  }
}

export function RawMessage({ raw }: { raw: RawBytes }) {
  const { t } = useTranslation();
  const written = writings(raw);
  const views = Object.keys(written) as View[];
  const [view, setView] = useState<View>(views[0] ?? "hex");
  const content = written[view] ?? raw.content;
  return (
    <Stack gap="sm">
      <Group justify="space-between" gap="xs">
        <Text fw={650} component="h2" fz="sm">
          {t("device.refused.raw")} {view === "hex" && t("device.refused.hex")}
        </Text>
        <Group gap="sm">
          <Text size="sm" c="dimmed" className="num">
            {t("device.refused.size", { count: raw.size })}
          </Text>
          {views.length > 1 && (
            <SegmentedControl
              size="xs"
              aria-label={t("sent.view")}
              value={view}
              onChange={(next) => setView(next as View)}
              data={views.map((value) => ({ value, label: t(`sent.views.${value}`) }))}
            />
          )}
          <CopyButton value={content}>
            {({ copied, copy }) => (
              <Button size="xs" variant="default" onClick={copy} aria-label={t("device.refused.copy")}>
                {t(copied ? "device.copied" : "device.copy")}
              </Button>
            )}
          </CopyButton>
        </Group>
      </Group>
      <Box component="pre" className="raw-message" tabIndex={0} aria-label={t("device.refused.raw")}>
        {content}
      </Box>
      {raw.frame && <FrameFields frame={raw.frame} />}
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

// What a keeper of locators may do about a refused message: tell whose the unknown name is, decode it again.
import { Button, Group } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Refused } from "../../api/quarantine";
import { NameDialog } from "../devices/NameDialog";
import { ReprocessDialog } from "../devices/ReprocessDialog";
import { SOURCES } from "../devices/sources";

/** `form:name` of a sender nobody knew, in parts; null for a locator's own code. */
function stranger(row: Refused): { source: string; name: string } | null {
  const [source, ...rest] = row.device.split(":");
  if (row.reason !== "unknown_device" || !source || rest.length === 0) return null;
  return SOURCES.some((one) => one === source) ? { source, name: rest.join(":") } : null;
}

export function RefusedSteps({ row, onClose }: { row: Refused; onClose: () => void }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<"bind" | "again" | "sender" | null>(null);
  const sender = stranger(row);
  return (
    <Group gap="sm">
      {sender && <Button onClick={() => setOpen("bind")}>{t("foreign.bindSender")}</Button>}
      <Button variant="default" onClick={() => setOpen("again")}>
        {t("again.one")}
      </Button>
      {open === "bind" && sender && (
        <NameDialog
          start={{ source: sender.source, external_id: sender.name }}
          onClose={() => setOpen(null)}
          onDone={() => setOpen("sender")}
        />
      )}
      {open === "again" && <ReprocessDialog wanted={{ entries: [row.id] }} onClose={onClose} />}
      {open === "sender" && <ReprocessDialog wanted={{ device: row.device }} onClose={onClose} />}
    </Group>
  );
}

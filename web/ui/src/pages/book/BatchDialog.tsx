// Many requests from a CSV file: looked at first, sent whole or not at all; every wrong cell is named.
import { Button, FileInput, Group, List, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { isProblem } from "../../api/client";
import { type BatchDone, bookBatch } from "../../api/orders";
import { Dialog } from "../../parts/Dialog";
import { RefusalNote } from "../../parts/form/RefusalNote";
import { useAct } from "../../parts/useAct";
import { wordFor } from "../../text/codes";

type RowError = BatchDone["errors"][number];

export function BatchDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [file, setFile] = useState<File | null>(null);
  const [looked, setLooked] = useState<BatchDone | null>(null);
  const check = useAct({
    run: async (chosen: File, key) => bookBatch(await chosen.text(), true, key),
    touches: [],
    quiet: true,
    after: setLooked,
  });
  const send = useAct({
    run: async (chosen: File, key) => bookBatch(await chosen.text(), false, key),
    touches: ["orders", "approvals", "notices"],
    done: ({ booked }) => t("batch.booked", { count: booked.length }),
    quiet: true,
    after: onClose,
  });
  const refusal = send.error ?? check.error;
  const told =
    isProblem(refusal) && refusal.code === "rows_refused" ? (refusal.params["rows"] as RowError[]) : null;
  const errors = told ?? looked?.errors ?? [];
  return (
    <Dialog onClose={onClose} title={t("batch.title")} size="lg">
      <Stack gap="sm">
        <Text size="sm">{t("batch.about")}</Text>
        <RefusalNote id="batch-refusal" refusal={refusal} />
        <FileInput
          label={t("batch.choose")}
          accept=".csv,text/csv"
          value={file}
          onChange={(chosen) => {
            setFile(chosen);
            setLooked(null);
            check.reset();
            send.reset();
          }}
        />
        <Text size="xs" c="dimmed">
          {t("batch.columns")}
        </Text>
        <div aria-live="polite">
          {looked && errors.length === 0 && <Text size="sm">{t("batch.fine", { count: looked.rows })}</Text>}
          <List size="sm">
            {errors.map((each) => (
              <List.Item key={`${each.line} ${each.column} ${each.reason}`}>
                {t("batch.line", {
                  line: each.line,
                  column: each.column ?? "",
                  reason: t(`form.refused.${each.reason}`, {
                    ...each.params,
                    defaultValue: wordFor(t, "invalidReason", each.reason),
                  }),
                })}
              </List.Item>
            ))}
          </List>
        </div>
        <Group>
          <Button
            variant="default"
            disabled={!file}
            loading={check.isPending}
            onClick={() => file && check.mutate(file)}
          >
            {t("batch.check")}
          </Button>
          <Button
            disabled={!file || errors.length > 0}
            loading={send.isPending}
            onClick={() => file && send.mutate(file)}
          >
            {t("batch.send")}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

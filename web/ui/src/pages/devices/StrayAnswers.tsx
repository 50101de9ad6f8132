// Answers that name no command of the locator that sent them: shown only when there are some.
import { Box, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { AnswerRow } from "../../api/commands";
import { useTime } from "../../app/useTime";
import type { Column } from "../../parts/list/columns";
import { DataTable } from "../../parts/list/DataTable";
import { ExportMenu } from "../../parts/list/ExportMenu";
import { useRows } from "../../parts/list/useRows";
import { Panel } from "../../parts/Panel";
import { Tone } from "../../parts/Tone";
import { wordFor } from "../../text/codes";

const QUERY = { heard: "stray", sort: "-heard_at" } as const;

export function StrayAnswers() {
  const { t } = useTranslation();
  const time = useTime();
  const { items } = useRows<AnswerRow>("device-answers", "/api/device-answers", QUERY, 30_000);
  if (items.length === 0) return null;
  const columns: Column<AnswerRow>[] = [
    { id: "code", tight: true, title: t("device.code"), show: (row) => row.code },
    { id: "heard", tight: true, title: t("command.heard"), show: (row) => time(row.heard_at) },
    {
      id: "taken",
      tight: true,
      title: t("command.taken"),
      show: (row) => (
        <Tone tone={row.heard_as === "foreign" ? "bad" : "warn"}>
          {wordFor(t, "commandHeard", row.heard_as)}
        </Tone>
      ),
    },
    {
      id: "said",
      title: t("command.saidId"),
      show: (row) => <span style={{ overflowWrap: "anywhere" }}>{row.said_id || "—"}</span>,
    },
  ];
  return (
    <Box mt="md">
      <Panel title={t("command.strays")} flush>
        <Box px="md" pb="sm">
          <Text size="sm" c="dimmed" mb="xs">
            {t("command.straysAbout")}
          </Text>
          <ExportMenu path="/api/device-answers" query={QUERY} />
        </Box>
        <DataTable label={t("command.strays")} rows={items} columns={columns} rowKey={(row) => row.id} />
      </Panel>
    </Box>
  );
}

// A notice beside the calendar in force: working days before and after, what deserves a second look, every difference.
import { Group, List, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Preview } from "../../api/calendar";
import type { Column } from "../../parts/list/columns";
import { DataTable } from "../../parts/list/DataTable";
import { Note } from "../../parts/Note";
import { Tone } from "../../parts/Tone";
import { wordFor } from "../../text/codes";

type Difference = Preview["differences"][number];

export function PreviewView({ preview }: { preview: Preview }) {
  const { t } = useTranslation();
  const { differences, remarks } = preview;
  const columns: Column<Difference>[] = [
    { id: "day", tight: true, title: t("calendar.day"), show: ({ day }) => day },
    {
      id: "before",
      title: t("calendar.was"),
      show: (row) => (
        <Group gap={6}>
          <span>{wordFor(t, "dayKind", row.before)}</span>
          {row.provisional && <Tone tone="warn">{t("calendar.assumed")}</Tone>}
        </Group>
      ),
    },
    { id: "after", title: t("calendar.becomes"), show: (row) => wordFor(t, "dayKind", row.after) },
    { id: "name", title: t("calendar.name"), show: (row) => row.after_name || "—" },
    {
      id: "effect",
      tight: true,
      title: t("calendar.effect"),
      show: (row) =>
        row.effect ? (
          <Tone tone="info">{t(`calendar.becomesOff.${isOff(row.after)}`)}</Tone>
        ) : (
          t("calendar.onlyName")
        ),
    },
  ];
  return (
    <Stack gap="sm">
      <Text size="sm">
        {t("calendar.previewSays", {
          year: preview.year,
          count: differences.length,
          before: preview.worked_before,
          after: preview.worked_after,
        })}
      </Text>
      {preview.judged_again && <Note tone="info">{t("calendar.judgedAgain")}</Note>}
      {remarks.length > 0 && (
        <Note tone="warn" title={t("calendar.lookTwice")}>
          <List size="sm">
            {remarks.map((remark) => (
              <List.Item key={`${remark.code}${remark.day}`}>
                {t(`calendarRemark.${remark.code}`, {
                  day: remark.day ?? "",
                  count: remark.count ?? 0,
                  defaultValue: remark.code,
                })}
              </List.Item>
            ))}
          </List>
        </Note>
      )}
      {differences.length > 0 ? (
        <DataTable
          label={t("calendar.differences")}
          rows={differences}
          columns={columns}
          rowKey={({ day }) => day}
        />
      ) : (
        <Text size="sm" c="dimmed">
          {t("calendar.noDifference")}
        </Text>
      )}
    </Stack>
  );
}

const isOff = (kind: string): "yes" | "no" =>
  ["weekend", "holiday", "adjusted_rest"].includes(kind) ? "yes" : "no";

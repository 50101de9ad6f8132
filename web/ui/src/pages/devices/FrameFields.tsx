// A JT/T 808 frame field by field: where each is, its bytes and what they mean.
import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Frame } from "../../api/messages";
import type { Column } from "../../parts/list/columns";
import { DataTable } from "../../parts/list/DataTable";
import { Note } from "../../parts/Note";
import { wordFor } from "../../text/codes";

export function FrameFields({ frame }: { frame: Frame }) {
  const { t } = useTranslation();
  const columns: Column<Frame["fields"][number]>[] = [
    { id: "name", title: t("sent.frame.field"), show: (row) => wordFor(t, "frameField", row.name) },
    { id: "at", title: t("sent.frame.at"), show: (row) => row.at, numeric: true },
    {
      id: "hex",
      title: t("sent.hex"),
      show: (row) => (
        <Text ff="monospace" size="sm" style={{ overflowWrap: "anywhere" }}>
          {row.hex}
        </Text>
      ),
    },
    {
      id: "value",
      title: t("sent.frame.value"),
      show: (row) => (row.unknown ? `${row.value} ${t("sent.frame.unknown")}` : row.value || "—"),
    },
  ];
  return (
    <>
      <Text fw={650} component="h2" fz="sm">
        {t("sent.frame.title")}
      </Text>
      {frame.trouble && <Note tone="warn">{t("sent.frame.trouble", { detail: frame.trouble })}</Note>}
      <DataTable
        label={t("sent.frame.title")}
        rows={frame.fields}
        columns={columns}
        rowKey={({ at, name }) => `${at}-${name}`}
      />
    </>
  );
}

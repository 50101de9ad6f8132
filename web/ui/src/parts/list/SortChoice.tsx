// How the cards of a list are ordered: by which column, and in which direction.
import { ActionIcon, Group, NativeSelect } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Icon } from "../Icon";
import type { Column } from "./columns";

interface SortChoiceProps<Row> {
  columns: readonly Column<Row>[];
  sort: string;
  onSort: (column: string) => void;
}

export function SortChoice<Row>({ columns, sort, onSort }: SortChoiceProps<Row>) {
  const { t } = useTranslation();
  const sortable = columns.flatMap((column) =>
    column.sort ? [{ value: column.sort, label: t("list.sortBy", { column: column.title }) }] : [],
  );
  if (sortable.length < 2) return null;
  const by = sort.replace(/^-/, "");
  const falling = sort.startsWith("-");
  return (
    <Group gap="xs" px="sm" pb="sm" wrap="nowrap">
      <NativeSelect
        aria-label={t("list.order")}
        style={{ flex: 1 }}
        value={by}
        onChange={(event) => onSort(event.currentTarget.value)}
        data={by ? sortable : [{ value: "", label: t("list.asListed") }, ...sortable]}
      />
      <ActionIcon
        variant="default"
        size="lg"
        disabled={!by}
        aria-label={t(falling ? "list.falling" : "list.rising")}
        onClick={() => onSort(by)}
      >
        <Icon name={falling ? "down" : "up"} size={16} />
      </ActionIcon>
    </Group>
  );
}

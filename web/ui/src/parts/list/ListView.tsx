// A whole list: search, filters, export, rows, "more", and what to say when there is nothing or it failed.
import { Box, Button, Group, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ListPath, Query } from "../../api/list";
import { Empty, Failed, Loading } from "../states";
import type { Column } from "./columns";
import { DataTable } from "./DataTable";
import { ExportMenu } from "./ExportMenu";
import { Filters } from "./Filters";
import { MoreRows } from "./MoreRows";
import { SearchField } from "./SearchField";
import type { ListState } from "./useListState";
import { useRows } from "./useRows";

interface ListViewProps<Row> {
  /** First element of the query key; actions that change these rows name it. */
  name: string;
  path: ListPath;
  label: string;
  state: ListState;
  columns: readonly Column<Row>[];
  rowKey: (row: Row) => string;
  href?: (row: Row) => string;
  onOpen?: (row: Row) => void;
  filters?: ReactNode;
  /** Query parameters the reader cannot change. */
  fixed?: Query;
  searchable?: boolean;
  exportable?: boolean;
  refreshMs?: number;
  /** The text that counts the rows. */
  counted?: "list.count" | "map.count";
  empty: { title: string; hint?: string; action?: ReactNode };
}

export function ListView<Row>(props: ListViewProps<Row>) {
  const { state, fixed, searchable = true, exportable = true, counted = "list.count", empty } = props;
  const { t } = useTranslation();
  const query: Query = { ...state.values, ...fixed, ...(state.sort ? { sort: state.sort } : {}) };
  const { pages, items, total } = useRows<Row>(props.name, props.path, query, props.refreshMs);
  const set = Object.keys(state.values).filter((name) => name !== "q").length;
  const filtered = Object.keys(state.values).length > 0;

  return (
    <Box className="panel" style={{ overflow: "hidden" }}>
      <Group p="sm" gap="xs">
        {searchable && (
          <SearchField value={state.values["q"] ?? ""} onChange={(text) => state.set("q", text)} />
        )}
        {props.filters && <Filters set={set}>{props.filters}</Filters>}
        <Group gap="sm" ml="auto">
          <Text size="sm" c="dimmed" aria-live="polite" className="num">
            {pages.isSuccess && t(counted, { count: total })}
          </Text>
          {exportable && <ExportMenu path={props.path} query={query} />}
        </Group>
      </Group>
      {pages.isPending && <Loading />}
      {pages.isError && <Failed error={pages.error} retry={() => void pages.refetch()} />}
      {pages.isSuccess && items.length === 0 && (
        <Empty
          title={filtered ? t("list.nothingMatches") : empty.title}
          hint={filtered ? undefined : empty.hint}
          action={filtered ? <ClearFilters onClear={state.clear} /> : empty.action}
        />
      )}
      {items.length > 0 && (
        <DataTable
          label={props.label}
          rows={items}
          columns={props.columns}
          rowKey={props.rowKey}
          href={props.href}
          onOpen={props.onOpen}
          sort={state.sort}
          onSort={state.toggleSort}
        />
      )}
      <MoreRows pages={pages} />
    </Box>
  );
}

function ClearFilters({ onClear }: { onClear: () => void }) {
  const { t } = useTranslation();
  return (
    <Button variant="default" size="xs" onClick={onClear}>
      {t("list.clearFilters")}
    </Button>
  );
}

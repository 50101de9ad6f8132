// Rows of data: a table on wide screens, cards on phones. Up and Down move between rows, Enter opens one.
import { Table } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import type { KeyboardEvent } from "react";
import { Link, useNavigate } from "react-router";
import type { RowsProps } from "./columns";
import { RowCards } from "./RowCards";
import { SortButton, sortOf } from "./SortButton";
import "./list.css";

export function DataTable<Row>(props: RowsProps<Row>) {
  const phone = useMediaQuery("(max-width: 47.99em)", undefined, { getInitialValueInEffect: false });
  const navigate = useNavigate();
  const { label, rows, columns, rowKey, href, onOpen, chosenKey, sort = "", onSort } = props;
  const opens = Boolean(href ?? onOpen);
  const open = (row: Row) => (href ? void navigate(href(row)) : onOpen?.(row));
  if (phone) return <RowCards {...props} />;

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section style={{ overflowX: "auto" }} aria-label={label} tabIndex={0}>
      <Table highlightOnHover className="day-table" style={{ minWidth: columns.length * 84 }}>
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => (
              <Table.Th
                key={column.id}
                w={column.width}
                ta={column.numeric ? "right" : "left"}
                aria-sort={sortOf(sort, column.sort)}
              >
                {column.sort && onSort ? (
                  <SortButton title={column.title} column={column.sort} sort={sort} onSort={onSort} />
                ) : (
                  column.title
                )}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr
              key={rowKey(row)}
              tabIndex={opens ? 0 : undefined}
              data-opens={opens || undefined}
              aria-current={chosenKey === rowKey(row) || undefined}
              onClick={opens ? () => open(row) : undefined}
              onKeyDown={(event) => moveOrOpen(event, () => open(row))}
            >
              {columns.map((column, index) => (
                <Table.Td
                  key={column.id}
                  ta={column.numeric ? "right" : "left"}
                  className={`${column.numeric ? "num" : ""} ${column.tight ? "tight" : ""}`}
                >
                  {index === 0 && href ? (
                    <Link to={href(row)} className="row-link" onClick={(event) => event.stopPropagation()}>
                      {column.show(row)}
                    </Link>
                  ) : (
                    column.show(row)
                  )}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

function moveOrOpen(event: KeyboardEvent<HTMLTableRowElement>, open: () => void): void {
  if (event.target !== event.currentTarget) return;
  if (event.key === "Enter") open();
  const row = event.currentTarget;
  const target =
    event.key === "ArrowDown"
      ? row.nextElementSibling
      : event.key === "ArrowUp"
        ? row.previousElementSibling
        : null;
  if (target instanceof HTMLElement) {
    event.preventDefault();
    target.focus();
  }
}

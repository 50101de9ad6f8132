// The phone form of a table: one card a row, the first column as its heading, the rest as name and value; pressing a
// card anywhere opens it. What the table sorts by its headings is chosen above.
import { Box, Group, Text, UnstyledButton } from "@mantine/core";
import type { MouseEvent, ReactNode } from "react";
import { Link, useNavigate } from "react-router";
import type { RowsProps } from "./columns";
import { SortChoice } from "./SortChoice";

export function RowCards<Row>({
  label,
  rows,
  columns,
  rowKey,
  href,
  onOpen,
  chosenKey,
  sort = "",
  onSort,
}: RowsProps<Row>) {
  const navigate = useNavigate();
  const [first, ...rest] = columns;
  const opens = Boolean(href ?? onOpen);
  const heading = (row: Row): ReactNode => {
    const name = first?.show(row);
    if (href) {
      return (
        <Link to={href(row)} className="row-link card-heading">
          {name}
        </Link>
      );
    }
    if (!onOpen) return name;
    return (
      <UnstyledButton onClick={() => onOpen(row)} fw={600} className="card-heading">
        {name}
      </UnstyledButton>
    );
  };
  const press = (event: MouseEvent, row: Row) => {
    // What can be pressed inside a card keeps its own meaning.
    if (event.target instanceof Element && event.target.closest("a, button")) return;
    if (href) void navigate(href(row));
    else onOpen?.(row);
  };
  return (
    <>
      {onSort && <SortChoice columns={columns} sort={sort} onSort={onSort} />}
      <Box component="ul" aria-label={label} m={0} p={0} style={{ listStyle: "none" }}>
        {rows.map((row) => (
          // By keys the link or button in its heading opens it.
          <Box
            component="li"
            key={rowKey(row)}
            p="sm"
            className="row-card"
            data-opens={opens || undefined}
            aria-current={chosenKey === rowKey(row) || undefined}
            onClick={(event: MouseEvent) => press(event, row)}
          >
            <Box mb={4} fw={600}>
              {heading(row)}
            </Box>
            {rest.map((column) => (
              <Group key={column.id} justify="space-between" gap="md" wrap="nowrap" align="flex-start" py={1}>
                <Text size="sm" c="dimmed" style={{ flex: "none" }}>
                  {column.title}
                </Text>
                <Box fz="sm" ta="right" style={{ overflowWrap: "anywhere" }}>
                  {column.show(row)}
                </Box>
              </Group>
            ))}
          </Box>
        ))}
      </Box>
    </>
  );
}

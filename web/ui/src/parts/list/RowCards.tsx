// The phone form of a table: one card a row, the first column as its heading, the rest as name and value.
import { Box, Group, Text, UnstyledButton } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "react-router";
import type { RowsProps } from "./columns";

export function RowCards<Row>({ label, rows, columns, rowKey, href, onOpen }: RowsProps<Row>) {
  const [first, ...rest] = columns;
  const heading = (row: Row): ReactNode => {
    const name = first?.show(row);
    if (href) {
      return (
        <Link to={href(row)} className="row-link" style={{ display: "block", paddingBlock: 4 }}>
          {name}
        </Link>
      );
    }
    if (!onOpen) return name;
    return (
      <UnstyledButton onClick={() => onOpen(row)} fw={600} py={4} w="100%">
        {name}
      </UnstyledButton>
    );
  };
  return (
    <Box component="ul" aria-label={label} m={0} p={0} style={{ listStyle: "none" }}>
      {rows.map((row) => (
        <Box component="li" key={rowKey(row)} p="sm" style={{ borderTop: "1px solid var(--day-line)" }}>
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
  );
}

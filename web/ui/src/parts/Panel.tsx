// A bordered part of a page with its own heading.
import { Box, Group, Title } from "@mantine/core";
import type { ReactNode } from "react";

interface PanelProps {
  title?: string;
  aside?: ReactNode;
  children: ReactNode;
  flush?: boolean;
}

export function Panel({ title, aside, children, flush = false }: PanelProps) {
  return (
    <Box component="section" className="panel" p={flush ? 0 : "md"} style={{ overflow: "hidden" }}>
      {title && (
        <Group justify="space-between" mb={flush ? 0 : "sm"} px={flush ? "md" : 0} py={flush ? "sm" : 0}>
          <Title order={2} size="h5">
            {title}
          </Title>
          {aside}
        </Group>
      )}
      {children}
    </Box>
  );
}

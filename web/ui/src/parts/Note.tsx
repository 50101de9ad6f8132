// A short remark on a coloured ground, in the tones of the badges: what to know, to heed or what was refused.
import { Box, type BoxProps, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { ToneName } from "./Tone";
import "./tone.css";

interface NoteProps extends BoxProps {
  id?: string;
  tabIndex?: number;
  tone: ToneName;
  title?: string;
  role?: "alert" | "status";
  children: ReactNode;
}

export function Note({ tone, title, role, className, children, ...box }: NoteProps) {
  return (
    <Box className={className ? `note ${className}` : "note"} data-tone={tone} role={role} {...box}>
      {title && (
        <Text size="sm" fw={650} mb={4} c="inherit">
          {title}
        </Text>
      )}
      {children}
    </Box>
  );
}

// A look that is recorded with its purpose: read once, neither repeated behind the reader's back nor kept for the next.
import { Button, Stack } from "@mantine/core";
import { type QueryKey, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Failed, Loading } from "./states";

interface LookedProps<Found> {
  queryKey: QueryKey;
  read: () => Promise<Found>;
  /** What stands above a refusal. */
  heading?: ReactNode;
  lines?: number;
  /** States another purpose; absent where none is owed. */
  onChange?: (() => void) | undefined;
  children: (found: Found, again: () => void) => ReactNode;
}

export function Looked<Found>({
  queryKey,
  read,
  heading,
  lines = 4,
  onChange,
  children,
}: LookedProps<Found>) {
  const { t } = useTranslation();
  const look = useQuery({
    queryKey,
    queryFn: read,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  const again = () => void look.refetch();
  if (look.isPending) return <Loading lines={lines} />;
  if (look.isError) {
    return (
      <Stack gap="xs" align="flex-start">
        {heading}
        <Failed error={look.error} retry={again} />
        {onChange && (
          <Button variant="default" size="xs" onClick={onChange}>
            {t("purpose.change")}
          </Button>
        )}
      </Stack>
    );
  }
  return children(look.data, again);
}

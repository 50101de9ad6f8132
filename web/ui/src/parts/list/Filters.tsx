// The filters of a list: beside the search on wide screens, on phones behind a button that says how many are set, so
// that the rows come first.
import { Button, Group } from "@mantine/core";
import { useDisclosure, useId, useMediaQuery } from "@mantine/hooks";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../Icon";

export function Filters({ set, children }: { set: number; children: ReactNode }) {
  const { t } = useTranslation();
  const id = useId();
  const phone = useMediaQuery("(max-width: 47.99em)", undefined, { getInitialValueInEffect: false });
  const [open, filters] = useDisclosure(false);
  if (!phone) return children;
  return (
    <>
      <Button
        variant="default"
        leftSection={<Icon name="filter" size={16} />}
        rightSection={<Icon name={open ? "up" : "down"} size={14} />}
        aria-expanded={open}
        aria-controls={id}
        onClick={filters.toggle}
      >
        {set > 0 ? t("list.filtersSet", { count: set }) : t("list.filters")}
      </Button>
      <Group id={id} gap="xs" w="100%" style={{ order: 1, display: open ? undefined : "none" }}>
        {children}
      </Group>
    </>
  );
}

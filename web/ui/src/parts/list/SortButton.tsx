// The heading of a column that can be sorted by; the arrow and aria-sort say how it is sorted now.
import { UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Icon } from "../Icon";

type Sorted = "ascending" | "descending" | "none";

export function sortOf(sort: string, column: string | undefined): Sorted | undefined {
  if (!column) return undefined;
  if (sort === column) return "ascending";
  return sort === `-${column}` ? "descending" : "none";
}

interface SortButtonProps {
  title: string;
  column: string;
  sort: string;
  onSort: (column: string) => void;
}

export function SortButton({ title, column, sort, onSort }: SortButtonProps) {
  const { t } = useTranslation();
  const state = sortOf(sort, column);
  return (
    <UnstyledButton
      onClick={() => onSort(column)}
      fz="sm"
      fw={650}
      title={t("list.sortBy", { column: title })}
    >
      {title}
      {state !== "none" && (
        <span style={{ verticalAlign: "-2px", marginLeft: 3 }}>
          <Icon name={state === "ascending" ? "up" : "down"} size={13} />
        </span>
      )}
    </UnstyledButton>
  );
}

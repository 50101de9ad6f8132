// What a list is made of; the table and the phone cards draw the same columns.
import type { ReactNode } from "react";

export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  readonly show: (row: Row) => ReactNode;
  /** Name the server sorts by; absent when it cannot. */
  readonly sort?: string;
  readonly numeric?: boolean;
  /** Never broken over two lines: plates, numbers, times. */
  readonly tight?: boolean;
  readonly width?: number;
}

export interface RowsProps<Row> {
  label: string;
  rows: readonly Row[];
  /** The first column names the row and carries its link. */
  columns: readonly Column<Row>[];
  rowKey: (row: Row) => string;
  href?: ((row: Row) => string) | undefined;
  onOpen?: ((row: Row) => void) | undefined;
  /** The row that is shown elsewhere on the page. */
  chosenKey?: string | null | undefined;
  sort?: string | undefined;
  onSort?: ((column: string) => void) | undefined;
}

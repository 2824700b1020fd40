import { Table } from "@mantine/core";
import type { Key, ReactNode } from "react";

import classes from "./RecordTable.module.css";

export interface Column<Row> {
  head: string;
  cell: (row: Row) => ReactNode;
  /** Figures: at the end of the column, digit below digit. */
  numbers?: boolean;
}

/**
 * Records of one kind, a line each, the first column their name. Where columns have no room, each record
 * is a block with the heads beside its values; the roles say that it still is a table.
 */
export function RecordTable<Row>({
  label,
  rows,
  keyOf,
  columns,
  actions,
}: {
  label: string;
  rows: readonly Row[];
  keyOf: (row: Row, index: number) => Key;
  columns: [Column<Row>, ...Column<Row>[]];
  /** What can be done with a record, at the end of its line. */
  actions?: (row: Row) => ReactNode;
}) {
  const [name, ...others] = columns;
  return (
    <div className={classes.frame}>
      <Table role="table" aria-label={label} className={classes.table}>
        <Table.Thead role="rowgroup" className={classes.heads}>
          <Table.Tr role="row">
            {columns.map((column) => (
              <Table.Th key={column.head} role="columnheader" className={column.numbers ? "numbers" : undefined}>
                {column.head}
              </Table.Th>
            ))}
            {actions && <Table.Td role="cell" />}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody role="rowgroup" className={classes.lines}>
          {rows.map((row, index) => (
            <Table.Tr key={keyOf(row, index)} role="row" className={classes.line}>
              <Table.Td role="cell" className={classes.name}>
                {name.cell(row)}
              </Table.Td>
              {others.map((column) => (
                <Table.Td
                  key={column.head}
                  role="cell"
                  data-head={column.head}
                  className={`${classes.value} ${column.numbers ? "numbers" : ""}`}
                >
                  <div>{column.cell(row)}</div>
                </Table.Td>
              ))}
              {actions && (
                <Table.Td role="cell" className={classes.actions}>
                  {actions(row)}
                </Table.Td>
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

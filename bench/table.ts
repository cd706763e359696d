// Plain tables on standard output.

/** One line of a table: what is measured, what came out, what is promised or known, and whether that holds. */
export interface Row {
  readonly what: string;
  readonly figure: string;
  readonly goal: string;
  /** Absent where nothing is promised. */
  readonly holds?: boolean;
}

/** Prints a titled table, columns padded. */
export function printTable(title: string, rows: readonly Row[]): void {
  const cells = rows.map(({ what, figure, goal, holds }) => [
    what,
    figure,
    goal,
    holds === undefined ? '' : holds ? 'holds' : 'MISSED',
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  process.stdout.write(`\n${title}\n${cells.map((row) => `  ${line(row)}\n`).join('')}`);
}

/** The value in the middle. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

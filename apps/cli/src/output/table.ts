/** No column of Docker's tables is narrower. */
const NARROWEST = 10;
const GAP = 3;

/**
 * Aligns the cells between tabs in columns, as Go's text/tabwriter does for Docker: each as wide as the longest cell of the
 * lines around that have the column too, and a gap. What is behind a line's last tab is in no column, so nothing follows it.
 */
export function alignColumns(lines: readonly string[]): string[] {
  const rows = lines.map((line) => line.split("\t"));
  const most = rows.reduce((count, cells) => Math.max(count, cells.length), 0);
  for (let column = 0; column < most - 1; column++) {
    let block: string[][] = [];
    for (const cells of [...rows, []]) {
      if (cells.length > column + 1) {
        block.push(cells);
      } else {
        padColumn(block, column);
        block = [];
      }
    }
  }
  return rows.map((cells) => cells.join(""));
}

function padColumn(rows: readonly string[][], column: number): void {
  const lengths = rows.map((cells) => countCharacters(cells[column] ?? ""));
  const width = lengths.reduce((widest, length) => Math.max(widest, length + GAP), NARROWEST);
  for (const [at, cells] of rows.entries()) {
    cells[column] = (cells[column] ?? "") + " ".repeat(width - (lengths[at] ?? 0));
  }
}

function countCharacters(text: string): number {
  return [...text].length;
}

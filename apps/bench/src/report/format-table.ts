/** Lays cells out in columns: the first to the left, figures to the right. Every row has the header's length. */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const lines = [header, ...rows];
  const widths = header.map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? "").length)),
  );
  return lines
    .map((line) =>
      widths
        .map((width, column) => {
          const cell = line[column] ?? "";
          return column === 0 ? cell.padEnd(width) : cell.padStart(width);
        })
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Three significant digits, no exponent: `0.123`, `12.3`, `1234`. */
export function formatFigure(figure: number): string {
  if (figure === 0 || !Number.isFinite(figure)) return String(figure);
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(figure))));
  return figure.toFixed(Math.min(digits, 4));
}

import type { Results, Row } from "../results.js";
import { formatFigure } from "./format-table.js";

const WIDTH = 760;
const LABEL_WIDTH = 270;
const FIGURE_WIDTH = 70;
const BAR_HEIGHT = 18;
const ROW_HEIGHT = 28;
const TOP = 58;

/** Readable on white and on black: the page decides, and an image cannot ask it. */
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600; font-size: 15px }
  .note { fill: #57606a; font-size: 12px }
  .peer { fill: #8c959f }
  .ours { fill: #1a7f37 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .note { fill: #8b949e }
    .peer { fill: #6e7681 }
    .ours { fill: #3fb950 }
  }`;

const OURS: ReadonlySet<string> = new Set([
  "library",
  "prepared",
  "run",
  "run-limits",
  "run-userns",
]);

function escapeXml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

function drawRow(row: Row, index: number, longest: number): string {
  const y = TOP + index * ROW_HEIGHT;
  const space = WIDTH - LABEL_WIDTH - FIGURE_WIDTH;
  const width = Math.max(1, (row.wallMs.median / longest) * space);
  const baseline = y + BAR_HEIGHT - 4;
  return [
    `<text x="${LABEL_WIDTH - 10}" y="${baseline}" text-anchor="end">${escapeXml(row.title)}</text>`,
    `<rect class="${OURS.has(row.name) ? "ours" : "peer"}" x="${LABEL_WIDTH}" y="${y}" width="${width.toFixed(1)}" height="${BAR_HEIGHT}" rx="2"/>`,
    `<text x="${(LABEL_WIDTH + width + 6).toFixed(1)}" y="${baseline}">${formatFigure(row.wallMs.median)} ms</text>`,
  ].join("\n  ");
}

/** A bar for each way of starting a container, shorter is better; undefined where none was measured. */
export function drawPlot(results: Results): string | undefined {
  const series = results.series.find(({ section, gapMs }) => section === "starts" && gapMs === 0);
  if (series === undefined || series.rows.length === 0) return undefined;
  const rows = series.rows.toSorted((a, b) => a.wallMs.median - b.wallMs.median);
  const longest = Math.max(...rows.map((row) => row.wallMs.median));
  const { host } = results;
  const height = TOP + rows.length * ROW_HEIGHT + 8;
  const note = `median of ${rows[0]?.wallMs.count}, from Node.js ${host.node}, Linux ${host.kernel}, ${host.processors} processors`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">
  <title>Milliseconds from the start of a container to the end of its command</title>
  <style>${STYLE}
  </style>
  <text class="title" x="10" y="20">Start to exit of /bin/true in a container: less is better</text>
  <text class="note" x="10" y="40">${escapeXml(note)}</text>
  ${rows.map((row, index) => drawRow(row, index, longest)).join("\n  ")}
</svg>
`;
}

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { drawPlot } from "../../src/report/draw-plot.ts";
import { createResults } from "./create-results.ts";

const test = suite("drawPlot");

test("draws a bar for each contender, the shortest first, in proportion", () => {
  const plot = drawPlot(createResults()) ?? "";
  const widths = [...plot.matchAll(/<rect class="(\w+)"[^>]* width="([\d.]+)"/g)];
  assert.equal(
    widths.map(([, kind]) => kind),
    ["peer", "ours", "peer"],
  );
  const [floor = 0, library = 0, bwrap = 0] = widths.map(([, , width]) => Number(width));
  assert.ok(Math.abs(library / floor - 1.2) < 0.01);
  assert.ok(Math.abs(bwrap / floor - 5) < 0.01);
});

test("escapes what is written, and suits light and dark pages", () => {
  const plot = drawPlot(createResults()) ?? "";
  assert.ok(plot.includes("a &lt;b&gt; &amp; &quot;c&quot;"));
  assert.not.ok(plot.includes("<b>"));
  assert.ok(plot.includes("prefers-color-scheme: dark"));
  assert.ok(plot.startsWith('<svg xmlns="http://www.w3.org/2000/svg"'));
});

test("draws nothing where no start was measured", () => {
  assert.is(drawPlot({ ...createResults(), series: [] }), undefined);
});

test.run();

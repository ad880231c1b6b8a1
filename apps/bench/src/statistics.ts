/** What a list of figures says; the unit is that of the figures. */
export interface Summary {
  count: number;
  mean: number;
  p10: number;
  p25: number;
  median: number;
  p75: number;
  p90: number;
}

/** A contender divided by another, by the median and by the lower quartile. */
export interface Ratio {
  median: number;
  p25: number;
}

/**
 * The value below which the share `q` (0 to 1) of the figures lies, interpolated between neighbours
 * (type 7 of Hyndman and Fan, as R and NumPy do by default).
 * @throws RangeError where there is no figure or `q` is not a share.
 */
export function computeQuantile(figures: readonly number[], q: number): number {
  if (!(q >= 0 && q <= 1)) throw new RangeError(`failed to compute quantile ${q}: not from 0 to 1`);
  const sorted = figures.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * q;
  const below = sorted[Math.floor(position)];
  const above = sorted[Math.ceil(position)];
  if (below === undefined || above === undefined) {
    throw new RangeError("failed to compute a quantile: no figures");
  }
  return below + (above - below) * (position - Math.floor(position));
}

/** @throws RangeError where there is no figure. */
export function summarize(figures: readonly number[]): Summary {
  return {
    count: figures.length,
    mean: figures.reduce((sum, figure) => sum + figure, 0) / figures.length,
    p10: computeQuantile(figures, 0.1),
    p25: computeQuantile(figures, 0.25),
    median: computeQuantile(figures, 0.5),
    p75: computeQuantile(figures, 0.75),
    p90: computeQuantile(figures, 0.9),
  };
}

export function divideSummaries(summary: Summary, by: Summary): Ratio {
  return { median: summary.median / by.median, p25: summary.p25 / by.p25 };
}

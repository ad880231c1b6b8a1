import { UsageError } from "../error.js";

/** @throws UsageError `INVALID_OOM_SCORE` */
export function readOomScore(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const score = /^-?\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (score >= -1000 && score <= 1000) return score;
  throw new UsageError(`failed to parse --oom-score-adj "${text}": not from -1000 to 1000`, {
    code: "INVALID_OOM_SCORE",
    hint: "write --oom-score-adj 500: the higher, the earlier it is killed",
  });
}

/** Why this machine can't run containers for the tests; undefined where it can. */
export function findReasonToSkip(): string | undefined {
  if (process.geteuid?.() !== 0) return "containers need root";
  return undefined;
}

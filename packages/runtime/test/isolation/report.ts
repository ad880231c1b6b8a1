/** What one check of the probe has found. */
export interface Finding {
  /** Its number in docs/isolation.md. */
  promise: number;
  check: string;
  holds: boolean;
  detail: string;
}

/** Reads the lines of the probe and passes over what others print. */
export function parseReport(text: string): Finding[] {
  return text.split("\n").flatMap((line) => {
    const match = /^(not ok|ok) (\d+) ([^:]+): (.*?)\r?$/.exec(line);
    if (match === null) return [];
    const [, verdict, promise, check = "", detail = ""] = match;
    return [{ promise: Number(promise), check, holds: verdict === "ok", detail }];
  });
}

/** A check by its name: "15 mount". */
export function nameFinding({ promise, check }: Finding): string {
  return `${promise} ${check}`;
}

/** The names of the checks that do not hold. */
export function listBroken(findings: readonly Finding[]): string[] {
  return findings.filter(({ holds }) => !holds).map(nameFinding);
}

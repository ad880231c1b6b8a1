/** A range of ids that were handed to a user: subuid(5). */
export interface IdRange {
  start: number;
  count: number;
}

/** Whose ranges: a line names its owner by login name or by number. */
export interface RangeOwner {
  name: string | undefined;
  uid: number;
}

interface RangeLine extends IdRange {
  owner: string;
}

/** What useradd(8) begins to hand out from, SUB_UID_MIN of login.defs(5). */
const FIRST_SUBORDINATE = 100_000;

/** The ranges of a user in the text of /etc/subuid or /etc/subgid; lines that are malformed count as absent, as newuidmap's do. */
export function findRanges(text: string, { name, uid }: RangeOwner): IdRange[] {
  return parseLines(text)
    .filter(({ owner }) => owner === name || owner === String(uid))
    .map(({ start, count }) => ({ start, count }));
}

/** The first id above all that were handed out in these files, to propose a new range from. */
export function findFreeStart(texts: readonly string[]): number {
  const ends = texts.flatMap(parseLines).map(({ start, count }) => start + count);
  return Math.max(FIRST_SUBORDINATE, ...ends);
}

function parseLines(text: string): RangeLine[] {
  return text.split("\n").flatMap((line) => {
    const [, owner, start, count] = /^([^:\s]+):(\d{1,10}):(\d{1,10})$/.exec(line.trim()) ?? [];
    if (owner === undefined || Number(count) === 0) return [];
    return [{ owner, start: Number(start), count: Number(count) }];
  });
}

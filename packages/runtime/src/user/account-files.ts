/** A line of passwd(5). */
export interface PasswdEntry {
  name: string;
  uid: number;
  gid: number;
  home: string;
}

/** A line of group(5). */
export interface GroupEntry {
  name: string;
  gid: number;
  members: string[];
}

/** The lines of an image's `/etc/passwd` that are well-formed; the others are passed over, as the C library does. */
export function parsePasswd(text: string): PasswdEntry[] {
  return parseLines(text, (fields) => {
    const [name, , uid, gid, , home] = fields;
    const ids = { uid: parseAccountId(uid), gid: parseAccountId(gid) };
    if (!name || ids.uid === undefined || ids.gid === undefined) return undefined;
    return { name, uid: ids.uid, gid: ids.gid, home: home ?? "" };
  });
}

/** As {@link parsePasswd}, of `/etc/group`. */
export function parseGroup(text: string): GroupEntry[] {
  return parseLines(text, (fields) => {
    const [name, , id, members] = fields;
    const gid = parseAccountId(id);
    if (!name || gid === undefined) return undefined;
    return { name, gid, members: (members ?? "").split(",").filter((member) => member !== "") };
  });
}

/** A decimal id below 2^32-1, which chown(2) reserves for "no change"; undefined for anything else. */
export function parseAccountId(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,10}$/.test(text)) return undefined;
  const id = Number(text);
  return id < 2 ** 32 - 1 ? id : undefined;
}

function parseLines<Entry>(text: string, parse: (fields: string[]) => Entry | undefined): Entry[] {
  const entries: Entry[] = [];
  for (const line of text.split("\n")) {
    const entry = parse(line.split(":"));
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
}

/** One line of /proc/PID/mountinfo, as far as cgroups need it: proc_pid_mountinfo(5). */
export interface MountInfo {
  /** The directory of the file system that is mounted here; for cgroups relative to the cgroup namespace. */
  root: string;
  mountPoint: string;
  fsType: string;
  readOnly: boolean;
  superOptions: readonly string[];
}

/** Space, tab, newline and backslash are written as three octal digits. */
export function unescapeMountPath(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

/** The cgroup mounts of /proc/PID/mountinfo. Lines that break the format are left out, as a newer kernel may add kinds of lines. */
export function parseMountinfo(text: string): MountInfo[] {
  const mounts: MountInfo[] = [];
  for (const line of text.split("\n")) {
    if (!line.includes(" - cgroup")) continue;
    const fields = line.split(" ");
    // The optional fields between the sixth and the hyphen vary in number.
    const hyphen = fields.indexOf("-", 6);
    const [, , , root, mountPoint, options] = fields;
    const fsType = fields[hyphen + 1];
    const superOptions = fields[hyphen + 3];
    if (hyphen < 0 || !root || !mountPoint || !options || !fsType || !superOptions) continue;
    const supers = superOptions.split(",");
    mounts.push({
      root: unescapeMountPath(root),
      mountPoint: unescapeMountPath(mountPoint),
      fsType,
      readOnly: options.split(",").includes("ro") || supers.includes("ro"),
      superOptions: supers,
    });
  }
  return mounts;
}

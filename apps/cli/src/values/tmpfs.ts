import type { MountOption } from "@dockher/runtime";
import { parseSize } from "@dockher/spec";
import { UsageError } from "../error.js";
import { parseMode } from "./mode.js";

/** mount(8)'s flags and tmpfs(5)'s options. */
const OPTION =
  /^(?:r[wo]|(?:no)?(?:exec|suid|dev|atime|diratime)|relatime|strictatime|(?:a)?sync|(?:uid|gid)=\d+|nr_(?:inodes|blocks)=\d+[kmg]?)$/;

/**
 * Parses Docker's `--tmpfs PATH[:OPTIONS]`, such as `/run:size=64m,mode=755,exec`.
 * @throws UsageError `INVALID_TMPFS`; SpecError `INVALID_SIZE`.
 */
export function parseTmpfs(text: string): MountOption {
  const colon = text.indexOf(":");
  const target = colon === -1 ? text : text.slice(0, colon);
  const words = colon === -1 ? [] : text.slice(colon + 1).split(",");
  const reject = (reason: string): UsageError =>
    new UsageError(`failed to parse --tmpfs "${text}": ${reason}`, {
      code: "INVALID_TMPFS",
      hint: "write /path, or /path:size=64m,mode=755",
    });
  if (!target.startsWith("/")) throw reject("the path must begin with /");
  const mount: MountOption & { options: string[] } = { type: "tmpfs", target, options: [] };
  for (const word of words.filter((each) => each !== "")) {
    if (word.startsWith("size=")) {
      mount.size = parseSize(word.slice(5), { name: "--tmpfs size" });
    } else if (word.startsWith("mode=")) {
      mount.mode = parseMode(word.slice(5), "--tmpfs mode");
    } else if (OPTION.test(word)) {
      mount.options.push(word);
    } else {
      throw reject(`"${word}" is no option of tmpfs`);
    }
  }
  return mount;
}

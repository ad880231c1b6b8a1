import { UsageError } from "../error.js";

export interface AttachWords {
  attach?: readonly string[];
  "detach-keys"?: string | undefined;
  "sig-proxy"?: boolean | undefined;
  detach?: boolean | undefined;
  interactive?: boolean | undefined;
  tty?: boolean | undefined;
}

/**
 * Refuses words of who looks and types where nobody does.
 * @throws UsageError `CONFLICTING_OPTIONS`
 */
export function checkAttached(words: AttachWords): void {
  const { attach = [], detach = false, interactive = false, tty = false } = words;
  if (attach.length > 0 && detach) {
    throw refuse(
      "--attach: conflicting options: cannot specify both --attach and --detach",
      "leave one of them out",
    );
  }
  if (words["detach-keys"] !== undefined && (detach || !interactive || !tty)) {
    throw refuse("--detach-keys: nobody types into a terminal", "give -it, without -d");
  }
  if (words["sig-proxy"] !== undefined && detach) {
    throw refuse("--sig-proxy: nobody is attached with -d", "leave one of them out");
  }
}

function refuse(reason: string, hint: string): UsageError {
  return new UsageError(`failed to apply ${reason}`, { code: "CONFLICTING_OPTIONS", hint });
}

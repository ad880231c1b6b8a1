import type { CreateOptions } from "@dockher/runtime";
import { UsageError } from "../error.js";

type RestartPolicy = NonNullable<CreateOptions["restart"]>;

/** @throws UsageError `INVALID_RESTART` */
export function parseRestartPolicy(text: string): RestartPolicy {
  const [name = "", count] = text.split(":");
  if (name === "on-failure" && count === undefined) return { name };
  if (name === "on-failure" && /^\d+$/.test(count ?? "")) {
    return { name, maximumRetryCount: Number(count) };
  }
  if ((name === "no" || name === "always" || name === "unless-stopped") && count === undefined) {
    return { name };
  }
  throw new UsageError(`failed to parse --restart "${text}": there is no such policy`, {
    code: "INVALID_RESTART",
    hint: "write no, always, unless-stopped, on-failure or on-failure:5",
  });
}

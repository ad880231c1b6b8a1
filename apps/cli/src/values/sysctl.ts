import { UsageError } from "../error.js";

/**
 * `NAME=VALUE`; the runtime knows which are the container's own.
 * @throws UsageError `INVALID_SYSCTL`
 */
export function parseSysctl(text: string): [name: string, value: string] {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name !== undefined && value !== undefined) return [name, value];
  throw new UsageError(`failed to parse --sysctl "${text}": it has no value`, {
    code: "INVALID_SYSCTL",
    hint: "write --sysctl net.core.somaxconn=1024",
  });
}
